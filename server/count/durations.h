// How long things took: how many in each of a few ranges, and the sum.
//
// Plain values; nanoseconds. The ranges are the same everywhere, so that those of several threads
// can be added up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "server/state/nanos.h"

namespace herd::count {

struct Durations {
  static constexpr Nanos kMicrosecond = 1000;
  // Upper ends of the ranges, each included; the last range has no end.
  static constexpr std::array<Nanos, 18> kEnds = {
      10 * kMicrosecond,          20 * kMicrosecond,          50 * kMicrosecond,
      100 * kMicrosecond,         200 * kMicrosecond,         500 * kMicrosecond,
      1 * kNanosPerMillisecond,   2 * kNanosPerMillisecond,   5 * kNanosPerMillisecond,
      10 * kNanosPerMillisecond,  20 * kNanosPerMillisecond,  50 * kNanosPerMillisecond,
      100 * kNanosPerMillisecond, 200 * kNanosPerMillisecond, 500 * kNanosPerMillisecond,
      1 * kNanosPerSecond,        2 * kNanosPerSecond,        5 * kNanosPerSecond};
  static constexpr std::size_t kRanges = kEnds.size() + 1;

  static std::size_t RangeOf(Nanos duration) {
    std::size_t range = 0;
    while (range < kEnds.size() && duration > kEnds[range]) ++range;
    return range;
  }

  void Record(Nanos duration) {
    ++counts[RangeOf(duration)];
    sum += duration;
  }

  Durations& operator+=(const Durations& other) {
    for (std::size_t i = 0; i < kRanges; ++i) counts[i] += other.counts[i];
    sum += other.sum;
    return *this;
  }

  std::array<std::uint64_t, kRanges> counts{};
  Nanos sum = 0;
};

}  // namespace herd::count
