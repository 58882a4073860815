#include "server/peer/lag_clock.h"

#include "gtest/gtest.h"

namespace herd::peer {
namespace {

TEST(Lacking, CountsUpdatesThatAreThereAndNotHad) {
  EXPECT_EQ(CountLacking({}, {}), 0);
  EXPECT_EQ(CountLacking({}, {3, 4}), 7);
  EXPECT_EQ(CountLacking({5, 1, 9}, {3, 4}), 3);
}

TEST(ALagClock, StandsAtZeroWhileAllIsHad) {
  LagClock clock;
  EXPECT_EQ(clock.Lag(5), 0);
  EXPECT_FALSE(clock.has_caught_up());
  clock.Look({7}, {7}, 10);
  EXPECT_EQ(clock.Lag(1000), 0);
  EXPECT_TRUE(clock.has_caught_up());
}

TEST(ALagClock, RunsFromWhenAllWasHadLast) {
  LagClock clock;
  clock.Look({7}, {7}, 10);
  clock.Look({7}, {8}, 15);
  EXPECT_EQ(clock.Lag(15), 5);
  clock.Look({7}, {9}, 100);
  EXPECT_EQ(clock.Lag(100), 90);
  clock.Look({9}, {9}, 110);
  EXPECT_EQ(clock.Lag(110), 0);
}

TEST(ALagClock, OfOneWhoFollowsABusyOneIsHowOldWhatItHasIs) {
  LagClock clock;
  clock.Look({0}, {0}, 0);
  // Five behind all the time, and one more each.
  for (Nanos now = 1; now <= 100; ++now) {
    const auto there = static_cast<Sequence>(now + 5);
    clock.Look({there - 5}, {there}, now);
  }
  EXPECT_GE(clock.Lag(100), 5);
  EXPECT_LE(clock.Lag(100), 10);
}

TEST(ALagClock, OfOneWhoBeginsBehindRunsFromTheFirstLookUntilThatIsHad) {
  LagClock clock;
  clock.Look({0}, {100}, 10);
  clock.Look({50}, {150}, 20);
  EXPECT_FALSE(clock.has_caught_up());
  EXPECT_EQ(clock.Lag(20), 10);
  clock.Look({100}, {160}, 30);
  EXPECT_TRUE(clock.has_caught_up());
  EXPECT_EQ(clock.Lag(30), 20);
}

TEST(ALagClock, ThatIsResetKnowsNothing) {
  LagClock clock;
  clock.Look({1}, {1}, 10);
  clock.Reset();
  EXPECT_FALSE(clock.has_caught_up());
  clock.Look({1}, {2}, 100);
  EXPECT_EQ(clock.Lag(101), 1);
}

}  // namespace
}  // namespace herd::peer
