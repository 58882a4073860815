// The one time type: nanoseconds, either since the POSIX epoch or as a difference.
#pragma once

#include <cstdint>

namespace herd {

using Nanos = std::int64_t;

inline constexpr Nanos kNanosPerSecond = 1'000'000'000;
inline constexpr Nanos kNanosPerMillisecond = 1'000'000;

}  // namespace herd
