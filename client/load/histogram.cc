#include "client/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace herd::client {

std::size_t Histogram::IndexOf(Nanos value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const int shift = static_cast<int>(std::bit_width(bits | (kParts - 1))) - kPartBits;
  return static_cast<std::size_t>(shift) * kHalf + (bits >> shift);
}

Nanos Histogram::LargestAt(std::size_t index) {
  if (index < kParts) return static_cast<Nanos>(index);
  const std::size_t shift = index / kHalf - 1;
  const std::size_t part = index - shift * kHalf;
  return static_cast<Nanos>((part + 1) << shift) - 1;
}

void Histogram::Record(Nanos value) {
  const Nanos counted = std::clamp<Nanos>(value, 0, kMax);
  ++counts_[IndexOf(counted)];
  ++count_;
  max_ = std::max(max_, counted);
  sum_ += static_cast<double>(counted);
}

void Histogram::Add(const Histogram& other) {
  for (std::size_t i = 0; i < kSize; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

double Histogram::Mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

Nanos Histogram::Percentile(double percent) const {
  const double exact_rank = percent / 100 * static_cast<double>(count_);
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact_rank)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kSize; ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(LargestAt(i), max_);
  }
  return max_;
}

}  // namespace herd::client
