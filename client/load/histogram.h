// Counts how often each latency was seen, exact to three significant digits, in little memory
// however many there are.
//
// The form is that of Gil Tene's HdrHistogram: buckets whose width doubles with the value, each cut
// into equal parts. Values are nanoseconds. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "client/net/clock.h"

namespace herd::client {

class Histogram {
 public:
  // Larger values count as this one: 73 minutes.
  static constexpr Nanos kMax = (Nanos{1} << 42) - 1;

  // Negative values count as 0.
  void Record(Nanos value);
  void Add(const Histogram& other);

  std::uint64_t count() const { return count_; }
  // Exact. 0 when nothing was recorded.
  Nanos max() const { return max_; }
  double Mean() const;
  // The value that `percent` of all values do not exceed: not smaller than it is, and at most a
  // thousandth larger. 0 when nothing was recorded.
  Nanos Percentile(double percent) const;

 private:
  static constexpr int kPartBits = 11;
  static constexpr std::size_t kParts = std::size_t{1} << kPartBits;
  static constexpr std::size_t kHalf = kParts / 2;
  static constexpr std::size_t kSize = (42 - kPartBits) * kHalf + kParts;

  static std::size_t IndexOf(Nanos value);
  // The largest value that counts under this index.
  static Nanos LargestAt(std::size_t index);

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(kSize);
  std::uint64_t count_ = 0;
  Nanos max_ = 0;
  double sum_ = 0;
};

}  // namespace herd::client
