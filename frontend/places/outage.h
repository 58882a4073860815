// Tells from one answer after another when an upstream went away and when it came back, so that
// the log says it once each.
//
// Pure: the caller brings the time. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace herd::places {

class Outage {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // An upstream that fails every other time would fill the log: a beginning is told at most this
  // often, and the end only of an outage whose beginning was.
  static constexpr std::chrono::seconds kTellAgainAfter{1};

  // True when this failure begins an outage that is to be told.
  bool Fail(Time now);

  // When this success ends an outage that was told: the failures since that was told.
  std::optional<uint64_t> Succeed();

 private:
  bool out_ = false;
  bool told_ = false;
  uint64_t failures_ = 0;
  std::optional<Time> last_told_;
};

}  // namespace herd::places
