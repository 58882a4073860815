// When clients that are silent are forgotten.
//
// Plain functions. All servers of a herd forget alike though nobody tells another to: whether a
// client is silent follows from its record, which all hold, and from the time, which is looked at
// in steps that are everybody's.
#pragma once

#include <limits>

#include "server/state/nanos.h"

namespace herd {

// When an update was received, by the clock of the server that did; its two numbers may be
// anything.
inline Nanos ReceivedAt(Nanos time, Nanos skew) {
  Nanos received;
  if (!__builtin_add_overflow(time, skew, &received)) return received;
  return time < 0 ? std::numeric_limits<Nanos>::min() : std::numeric_limits<Nanos>::max();
}

// A client that has been silent for `after` is forgotten within an eighth of that.
inline Nanos ForgettingStep(Nanos after) { return after / 8; }

// Whoever was last heard of before this is forgotten at the time `now`, both since the POSIX epoch.
// The same for a whole step. `after` is at least 8 ns.
inline Nanos ForgottenBefore(Nanos now, Nanos after) {
  const Nanos step = ForgettingStep(after);
  return now / step * step - after;
}

}  // namespace herd
