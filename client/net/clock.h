// The clocks of the programs that load a herd, all in nanoseconds.
#pragma once

#include <time.h>

#include <cstdint>

namespace herd::client {

using Nanos = std::int64_t;

inline constexpr Nanos kNanosPerSecond = 1'000'000'000;
inline constexpr Nanos kNanosPerMillisecond = 1'000'000;

inline Nanos ReadClock(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

// To measure by; begins anywhere.
inline Nanos MonotonicNow() { return ReadClock(CLOCK_MONOTONIC); }
// Since the POSIX epoch.
inline Nanos PosixNow() { return ReadClock(CLOCK_REALTIME); }
// What the calling thread has used.
inline Nanos ThreadCpu() { return ReadClock(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace herd::client
