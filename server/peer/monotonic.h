// The clock by which links measure how long something takes.
#pragma once

#include <time.h>

#include "server/state/nanos.h"

namespace herd::peer {

inline Nanos MonotonicNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

}  // namespace herd::peer
