#include "server/peer/readiness.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::peer {
namespace {

using ::testing::HasSubstr;

const Readiness::Neighbor kAway{.name = "Hands"};
const Readiness::Neighbor kWell{
    .name = "Hands", .up = true, .in_sync = true, .has_caught_up = true};
const Readiness::Neighbor kAhead{
    .name = "Hands", .up = true, .in_sync = true, .lacking = 42, .lacking_for = kNanosPerSecond};

TEST(AServer, WithoutNeighborsIsReadyAtOnce) {
  Readiness readiness;
  EXPECT_FALSE(readiness.ready());
  readiness.Look({}, 0);
  EXPECT_TRUE(readiness.ready());
}

TEST(AServer, IsReadyWhenItHasCaughtUpWithAnyNeighborInSync) {
  Readiness readiness;
  readiness.Look({kAhead}, 0);
  EXPECT_FALSE(readiness.ready());
  EXPECT_THAT(readiness.why(), HasSubstr("lacks 42 updates that Hands has"));
  readiness.Look({kAhead, kAway, kWell}, 1);
  EXPECT_TRUE(readiness.ready());
  EXPECT_THAT(readiness.why(), HasSubstr("caught up with Hands"));
}

TEST(AServer, IsNotReadyForANeighborThatIsNotInSync) {
  Readiness readiness;
  Readiness::Neighbor slow = kWell;
  slow.in_sync = false;
  readiness.Look({slow}, 0);
  EXPECT_FALSE(readiness.ready());
  EXPECT_THAT(readiness.why(), HasSubstr("not in sync"));
}

TEST(AServer, ThatFindsItselfAloneIsReadyAfterAWhile) {
  Readiness readiness;
  readiness.Look({kAway}, 100);
  EXPECT_FALSE(readiness.ready());
  EXPECT_THAT(readiness.why(), HasSubstr("has not reached a neighbor"));
  readiness.Look({kAway}, 100 + Readiness::kAlone - 1);
  EXPECT_FALSE(readiness.ready());
  readiness.Look({kAway}, 100 + Readiness::kAlone);
  EXPECT_TRUE(readiness.ready());
  EXPECT_THAT(readiness.why(), HasSubstr("alone"));
}

TEST(AServer, ThatWasReadyStaysSoWhenAllNeighborsGo) {
  Readiness readiness;
  readiness.Look({kWell}, 0);
  readiness.Look({kAway}, 1);
  EXPECT_TRUE(readiness.ready());
}

TEST(AServer, IsReadyUnderWayButNotWhenItLacksSomethingForLong) {
  Readiness readiness;
  Readiness::Neighbor busy = kWell;
  busy.lacking = 5;
  busy.lacking_for = Readiness::kBehind;
  readiness.Look({busy}, 0);
  EXPECT_TRUE(readiness.ready());
  busy.lacking_for = Readiness::kBehind + 1;
  readiness.Look({busy}, 1);
  EXPECT_FALSE(readiness.ready());
}

TEST(AServer, ThatWasReadyStaysSoWhenItsNeighborsFallOutOfSync) {
  Readiness readiness;
  readiness.Look({kWell}, 0);
  Readiness::Neighbor slow = kWell;
  slow.in_sync = false;
  readiness.Look({slow}, 1);
  EXPECT_TRUE(readiness.ready());
  EXPECT_THAT(readiness.why(), HasSubstr("no neighbor is in sync"));
  slow.lacking = 1;
  slow.lacking_for = Readiness::kBehind + 1;
  readiness.Look({slow}, 2);
  EXPECT_FALSE(readiness.ready());
}

TEST(AServer, ThatComesBackFromBeingAloneIsNotReadyUntilItHasCaughtUp) {
  Readiness readiness;
  readiness.Look({kWell}, 0);
  readiness.Look({kAway}, 1);
  readiness.Look({kAhead}, 2);
  EXPECT_FALSE(readiness.ready());
}

}  // namespace
}  // namespace herd::peer
