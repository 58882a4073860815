// Whether an upstream that keeps failing is to be asked at all.
//
//   closed     all calls are made; so many failures in a row open it
//   open       no call is made, for a pause
//   half open  the pause is over: one call at a time is made to see; its success closes the
//              breaker, its failure opens it again, for twice as long, up to the longest pause
//
// Each pause is drawn at random between half of its length and all of it, so that servers that
// began to fail together don't come back together.
//
// Pure: the caller brings the time, which never goes back. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "frontend/places/counters.h"

namespace herd::places {

class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Milliseconds = std::chrono::milliseconds;

  struct Options {
    // In a row. 0: never opens.
    int failures = 5;
    Milliseconds first_pause{500};
    Milliseconds longest_pause{30'000};
    // Of the dice.
    std::uint64_t seed = 1;
  };

  // What a call is, for its end.
  enum class Pass { kNone, kCall, kProbe };

  explicit CircuitBreaker(Options options) : options_(options), random_(options.seed) {}

  // Asks for a call. kNone: it is not to be made.
  Pass Ask(Time now);

  // How a call that was let pass has ended. True when that changed whether calls are made.
  bool Succeed();
  bool Fail(Pass pass, Time now);
  // It was not made, or has ended without a verdict.
  void GiveBack(Pass pass);

  BreakerState state(Time now) const;
  // How long it opened for.
  Milliseconds pause() const { return pause_; }
  // Failures in a row, up to now.
  int failures() const { return failures_; }
  std::uint64_t openings() const { return openings_; }

 private:
  void Open(Time now);

  const Options options_;
  std::mt19937_64 random_;
  bool open_ = false;  // open or half open
  bool probing_ = false;
  int failures_ = 0;
  int doublings_ = 0;
  Milliseconds pause_{0};
  Time open_until_{};
  std::uint64_t openings_ = 0;
};

}  // namespace herd::places
