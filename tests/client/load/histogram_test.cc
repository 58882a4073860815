#include "client/load/histogram.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace herd::client {
namespace {

constexpr double kPercents[] = {0, 0.1, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100};

// From nanoseconds to minutes, as many of each order of magnitude.
std::vector<Nanos> ManyValues(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> exponent(0, 11.5);
  std::vector<Nanos> values;
  while (values.size() < count) {
    values.push_back(static_cast<Nanos>(std::pow(10, exponent(random))));
  }
  return values;
}

Histogram Of(const std::vector<Nanos>& values) {
  Histogram histogram;
  for (const Nanos value : values) histogram.Record(value);
  return histogram;
}

TEST(Histogram, TellsEveryPercentileToAThousandth) {
  constexpr unsigned kSeed = 20261124;
  std::vector<Nanos> values = ManyValues(100'000, kSeed);
  const Histogram histogram = Of(values);
  std::ranges::sort(values);
  for (const double percent : kPercents) {
    const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
    const Nanos exact = values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
    const Nanos told = histogram.Percentile(percent);
    EXPECT_GE(told, exact) << percent << " % with seed " << kSeed;
    EXPECT_LE(told, exact + exact / 1000) << percent << " % with seed " << kSeed;
  }
}

TEST(Histogram, IsExactForFewNanoseconds) {
  for (Nanos value = 0; value < 2048; ++value) {
    EXPECT_EQ(Of({value, kNanosPerSecond}).Percentile(50), value);
  }
}

TEST(Histogram, TellsEachPowerOfTwoAndItsNeighborsToAThousandth) {
  for (int bit = 11; bit < 42; ++bit) {
    for (const Nanos value : {(Nanos{1} << bit) - 1, Nanos{1} << bit, (Nanos{1} << bit) + 1}) {
      const Nanos told = Of({value, Histogram::kMax}).Percentile(50);
      EXPECT_GE(told, value);
      EXPECT_LE(told, value + value / 1000);
    }
  }
}

TEST(Histogram, TellsTheMaximumAndTheMeanExactly) {
  const Histogram histogram = Of({1'000'003, 2'000'005, 3'000'001});
  EXPECT_EQ(histogram.max(), 3'000'001);
  EXPECT_EQ(histogram.Percentile(100), 3'000'001);
  EXPECT_DOUBLE_EQ(histogram.Mean(), 2'000'003);
  EXPECT_EQ(histogram.count(), 3u);
}

TEST(Histogram, TakesWhatIsOutOfItsRangeAsItsEnds) {
  const Histogram histogram = Of({-5, Histogram::kMax + 1});
  EXPECT_EQ(histogram.Percentile(50), 0);
  EXPECT_EQ(histogram.max(), Histogram::kMax);
}

TEST(Histogram, IsZeroWhenNothingWasRecorded) {
  const Histogram histogram;
  EXPECT_EQ(histogram.Percentile(99), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.Mean(), 0);
}

TEST(Histogram, AddedUpIsTheSameAsRecordedInOne) {
  const std::vector<Nanos> some = ManyValues(1000, 1);
  const std::vector<Nanos> others = ManyValues(500, 2);
  Histogram sum = Of(some);
  sum.Add(Of(others));
  std::vector<Nanos> all = some;
  all.insert(all.end(), others.begin(), others.end());
  const Histogram one = Of(all);
  for (const double percent : kPercents)
    EXPECT_EQ(sum.Percentile(percent), one.Percentile(percent));
  EXPECT_EQ(sum.count(), one.count());
  EXPECT_EQ(sum.max(), one.max());
  EXPECT_DOUBLE_EQ(sum.Mean(), one.Mean());
}

}  // namespace
}  // namespace herd::client
