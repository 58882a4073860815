// Durations as operators get them.
#pragma once

#include "herd/v1/operator.pb.h"
#include "server/count/durations.h"

namespace herd::peer {

inline void FillIn(const count::Durations& durations, v1::Durations* message) {
  for (const std::uint64_t number : durations.counts) message->add_counts(number);
  for (const Nanos end : count::Durations::kEnds) {
    message->add_ends_ns(static_cast<std::uint64_t>(end));
  }
  message->set_sum_ns(static_cast<std::uint64_t>(durations.sum));
}

}  // namespace herd::peer
