#include "frontend/places/outage.h"

#include <optional>

#include "gtest/gtest.h"

namespace herd::places {
namespace {

constexpr char kCause[] = "It does not answer.";
constexpr char kOther[] = "Its certificate does not verify.";

Outage::Time At(int ms) { return Outage::Time(std::chrono::milliseconds(ms)); }

TEST(Outage, TellsTheFirstFailureAndTheFirstSuccessWithTheCountBetween) {
  Outage outage;
  EXPECT_TRUE(outage.Fail(kCause, At(0)));
  EXPECT_FALSE(outage.Fail(kCause, At(1)));
  EXPECT_FALSE(outage.Fail(kCause, At(5000)));
  EXPECT_EQ(outage.Succeed(), 3U);
  EXPECT_EQ(outage.Succeed(), std::nullopt);
}

TEST(Outage, TellsNothingWhileAllIsWell) {
  Outage outage;
  EXPECT_EQ(outage.Succeed(), std::nullopt);
}

TEST(Outage, TellsTheNextOneToo) {
  Outage outage;
  EXPECT_TRUE(outage.Fail(kCause, At(0)));
  EXPECT_EQ(outage.Succeed(), 1U);
  EXPECT_TRUE(outage.Fail(kCause, At(1000)));
  EXPECT_EQ(outage.Succeed(), 1U);
}

TEST(Outage, TellsOfFlappingOnceASecondAtMost) {
  Outage outage;
  int begun = 0;
  int ended = 0;
  for (int ms = 0; ms < 10'000; ++ms) {
    begun += outage.Fail(kCause, At(ms)) ? 1 : 0;
    ended += outage.Succeed().has_value() ? 1 : 0;
  }
  EXPECT_EQ(begun, 10);
  EXPECT_EQ(ended, 10);
}

TEST(Outage, TellsLaterOfOneThatBeganTooSoonToTellAndLasts) {
  Outage outage;
  EXPECT_TRUE(outage.Fail(kCause, At(0)));
  EXPECT_EQ(outage.Succeed(), 1U);
  EXPECT_FALSE(outage.Fail(kCause, At(10)));
  EXPECT_FALSE(outage.Fail(kCause, At(900)));
  EXPECT_TRUE(outage.Fail(kCause, At(1000)));
  EXPECT_FALSE(outage.Fail(kCause, At(2500)));
  EXPECT_EQ(outage.Succeed(), 2U);
}

TEST(Outage, TellsAnotherCauseOnceASecondAtMost) {
  Outage outage;
  EXPECT_TRUE(outage.Fail(kCause, At(0)));
  EXPECT_FALSE(outage.Fail(kOther, At(999)));
  EXPECT_TRUE(outage.Fail(kOther, At(1000)));
  EXPECT_FALSE(outage.Fail(kOther, At(3000)));
  EXPECT_TRUE(outage.Fail(kCause, At(3001)));
  EXPECT_EQ(outage.Succeed(), 5U);
}

}  // namespace
}  // namespace herd::places
