// What one thread of a load has counted; added up at its end. One thread at a time.
#pragma once

#include <cstdint>

#include "client/load/errors.h"
#include "client/load/histogram.h"
#include "client/net/clock.h"

namespace herd::client {

struct Tally {
  // Of every reply, right or wrong.
  Histogram latency;
  Errors errors;
  std::uint64_t replies = 0;
  // Requests that were sent and got no reply until the end, or until their connection was lost.
  std::uint64_t unanswered = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  // The thread's, from the first request to the end.
  Nanos cpu = 0;
  // When the last reply was there, monotonic.
  Nanos last_reply = 0;

  void Add(const Tally& other);
};

}  // namespace herd::client
