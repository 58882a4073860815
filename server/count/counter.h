// Counters of what one thread does. That thread alone counts, at the price of a plain addition; any
// thread may read, and sees each by itself some moment late.
//
// None of them knows what it counts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "server/count/durations.h"

namespace herd::count {

class Counter {
 public:
  void Add(std::uint64_t more) {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Durations of one thread.
class DurationCounter {
 public:
  // So many things took that long each.
  void Record(Nanos duration, std::uint64_t times) {
    counts_[Durations::RangeOf(duration)].Add(times);
    sum_.Add(static_cast<std::uint64_t>(duration) * times);
  }

  Durations Read() const {
    Durations durations;
    for (std::size_t i = 0; i < Durations::kRanges; ++i) durations.counts[i] = counts_[i].value();
    durations.sum = static_cast<Nanos>(sum_.value());
    return durations;
  }

 private:
  std::array<Counter, Durations::kRanges> counts_;
  Counter sum_;
};

}  // namespace herd::count
