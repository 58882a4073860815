// Counters of one thread, and durations.
#include "server/count/counter.h"

#include <thread>

#include "gtest/gtest.h"
#include "server/count/durations.h"

namespace herd::count {
namespace {

TEST(Durations, CountAnEndIntoTheRangeThatItEnds) {
  Durations durations;
  durations.Record(0);
  durations.Record(Durations::kEnds[0]);
  durations.Record(Durations::kEnds[0] + 1);
  EXPECT_EQ(durations.counts[0], 2u);
  EXPECT_EQ(durations.counts[1], 1u);
  EXPECT_EQ(durations.sum, 2 * Durations::kEnds[0] + 1);
}

TEST(Durations, CountWhatIsLongerThanAllEndsIntoTheLastRange) {
  Durations durations;
  durations.Record(Durations::kEnds.back());
  durations.Record(Durations::kEnds.back() + 1);
  EXPECT_EQ(durations.counts[Durations::kRanges - 2], 1u);
  EXPECT_EQ(durations.counts[Durations::kRanges - 1], 1u);
}

TEST(Durations, HaveEndsThatAscend) {
  for (std::size_t i = 1; i < Durations::kEnds.size(); ++i) {
    EXPECT_LT(Durations::kEnds[i - 1], Durations::kEnds[i]);
  }
}

TEST(Durations, AddUp) {
  Durations one;
  Durations other;
  one.Record(1);
  other.Record(2);
  other.Record(kNanosPerSecond);
  one += other;
  EXPECT_EQ(one.counts[0], 2u);
  EXPECT_EQ(one.counts[Durations::RangeOf(kNanosPerSecond)], 1u);
  EXPECT_EQ(one.sum, 3 + kNanosPerSecond);
}

TEST(ADurationCounter, CountsManyOfOneLengthAtOnce) {
  DurationCounter counter;
  counter.Record(7, 3);
  counter.Record(kNanosPerSecond, 1);
  EXPECT_EQ(counter.Read().counts[0], 3u);
  EXPECT_EQ(counter.Read().sum, 21 + kNanosPerSecond);
}

TEST(ACounter, IsReadWhileItsThreadCountsAndNeverGoesBack) {
  constexpr std::uint64_t kTimes = 100'000;
  Counter counter;
  std::thread thread([&] {
    for (std::uint64_t i = 0; i < kTimes; ++i) counter.Add(1);
  });
  std::uint64_t last = 0;
  while (last < kTimes) {
    const std::uint64_t value = counter.value();
    ASSERT_GE(value, last);
    last = value;
  }
  thread.join();
  EXPECT_EQ(counter.value(), kTimes);
}

}  // namespace
}  // namespace herd::count
