// How fast a counter has grown lately.
//
// Knows no clock of its own. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>

#include "server/state/nanos.h"

namespace herd::peer {

class RateMeter {
 public:
  // Over how long, at least as soon as there is so much.
  static constexpr Nanos kWindow = 10 * kNanosPerSecond;

  // The counter stands there now. To be called about once a second.
  void Note(std::uint64_t count, Nanos now) {
    if (!samples_.empty() && now - samples_.back().at < kStep) return;
    samples_.push_back({count, now});
    while (samples_.size() > 1 && samples_[1].at <= now - kWindow) samples_.pop_front();
  }

  // Each second, up to the counter's last Note. 0 before there are two.
  double PerSecond() const {
    if (samples_.size() < 2) return 0;
    const auto& first = samples_.front();
    const auto& last = samples_.back();
    return static_cast<double>(last.count - first.count) * kNanosPerSecond /
           static_cast<double>(last.at - first.at);
  }

 private:
  static constexpr Nanos kStep = kNanosPerSecond / 2;

  struct Sample {
    std::uint64_t count;
    Nanos at;
  };
  std::deque<Sample> samples_;
};

}  // namespace herd::peer
