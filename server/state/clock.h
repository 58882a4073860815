// The clocks that servers go by, in the one type of time.
#pragma once

#include <time.h>

#include "server/state/nanos.h"

namespace herd {

inline Nanos ReadClock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

// By which it is measured how long something takes.
inline Nanos MonotonicNow() { return ReadClock(CLOCK_MONOTONIC); }
// Since the POSIX epoch.
inline Nanos RealtimeNow() { return ReadClock(CLOCK_REALTIME); }

}  // namespace herd
