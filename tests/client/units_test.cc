#include "client/commands/units.h"

#include "gtest/gtest.h"

namespace herd::client {
namespace {

TEST(Durations, HaveFewDigitsAndAUnit) {
  EXPECT_EQ(DurationText(0), "0");
  EXPECT_EQ(DurationText(1), "0.0 us");
  EXPECT_EQ(DurationText(9'900), "9.9 us");
  EXPECT_EQ(DurationText(850'400), "850 us");
  EXPECT_EQ(DurationText(999'600), "1.0 ms");
  EXPECT_EQ(DurationText(2'340'000), "2.3 ms");
  EXPECT_EQ(DurationText(41'000'000'000), "41 s");
  EXPECT_EQ(DurationText(12ull * 60'000'000'000), "12 min");
  EXPECT_EQ(DurationText(3ull * 3'600'000'000'000), "3.0 h");
  EXPECT_EQ(DurationText(12ull * 86'400'000'000'000), "12 d");
}

TEST(Counts, HaveFewDigitsAndAPower) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1.0k");
  EXPECT_EQ(CountText(12'345), "12k");
  EXPECT_EQ(CountText(999'600), "1.0M");
  EXPECT_EQ(CountText(4'500'000), "4.5M");
  EXPECT_EQ(CountText(1'200'000'000), "1.2G");
}

}  // namespace
}  // namespace herd::client
