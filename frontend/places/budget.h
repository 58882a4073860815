// How many calls may be made: a number a day, and a rate.
//
// Pure: the caller brings the time. One thread at a time. Kept in memory only: a server that is
// started anew has a whole day's budget again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace herd::places {

class Budget {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Date = std::chrono::sys_days;  // UTC

  struct Options {
    // Calls from midnight to midnight, UTC. 0: no end to them.
    std::uint64_t per_day = 0;
    // Calls a second; what is not used in one second may be used in the next. 0: as many as come.
    double per_second = 0;
  };

  // What forbids a call.
  enum class Limit { kNone, kDay, kRate };

  explicit Budget(Options options) : options_(options) {}

  // Takes a call out of the budget, if there is one: then kNone. `now` never goes back; when
  // `today` does, as with a clock that is set, the day that was goes on.
  Limit Take(Time now, Date today);

  std::uint64_t taken(Date today) const { return today > day_ ? 0 : taken_; }

 private:
  // A server that asks for less than one a second may still ask for one.
  double Most() const { return options_.per_second < 1 ? 1 : options_.per_second; }
  void Refill(Time now);

  const Options options_;
  Date day_{};
  std::uint64_t taken_ = 0;  // on `day_`
  double ready_ = 0;         // calls that the rate allows now
  std::optional<Time> refilled_;
};

}  // namespace herd::places
