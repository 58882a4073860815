// Times taken, and what is told of many.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"

namespace herd::test {

using Milliseconds = std::chrono::duration<double, std::milli>;

inline Milliseconds Since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::steady_clock::now() - begin;
}

class Durations {
 public:
  void Add(Milliseconds duration) {
    sorted_.insert(std::ranges::upper_bound(sorted_, duration), duration);
  }

  std::size_t count() const { return sorted_.size(); }
  // The least of those that at least `share` of all do not exceed; 0 of none.
  Milliseconds Percentile(double share) const {
    if (sorted_.empty()) return {};
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(count())));
    return sorted_[std::max<std::size_t>(rank, 1) - 1];
  }

  // "p50 12 ms, p99 30 ms, longest 31 ms of 100"
  std::string ToString() const {
    return absl::StrFormat("p50 %.0f ms, p99 %.0f ms, longest %.0f ms of %d",
                           Percentile(0.5).count(), Percentile(0.99).count(), Percentile(1).count(),
                           count());
  }

 private:
  std::vector<Milliseconds> sorted_;
};

}  // namespace herd::test
