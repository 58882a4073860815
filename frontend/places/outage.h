// Tells from one answer after another when an upstream went away, why, and when it came back, so
// that the log says each once.
//
// Pure: the caller brings the time. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace herd::places {

class Outage {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // An upstream that fails every other time would fill the log: a failure is told at most this
  // often, and the end only of an outage of which one was.
  static constexpr std::chrono::seconds kTellAgainAfter{1};

  // True when this failure is to be told: it begins an outage, or has another cause than the one
  // that was told last.
  bool Fail(const std::string& cause, Time now);

  // When this success ends an outage that was told: the failures since it first was.
  std::optional<uint64_t> Succeed();

 private:
  std::string told_;  // The cause; empty: none, or no outage.
  uint64_t failures_ = 0;
  std::optional<Time> last_told_;
};

}  // namespace herd::places
