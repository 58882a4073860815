#include "server/peer/in_sync.h"

#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::peer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Nanos kBound = 500 * kNanosPerMillisecond;
constexpr Nanos kStart = kNanosPerSecond;

class ANeighborInSync : public ::testing::Test {
 protected:
  ANeighborInSync() {
    in_sync_.OnAcknowledged(0, 0, kStart);
    in_sync_.OnAcknowledged(1, 0, kStart);
  }
  InSync in_sync_{2, kBound};
};

TEST(WithNobodyInSync, EverythingIsAcknowledged) {
  InSync in_sync(2, kBound);
  in_sync.OnMade(5, kStart);
  EXPECT_EQ(in_sync.Acknowledged(), kMaxSequence);
  EXPECT_EQ(in_sync.Deadline(), std::nullopt);
  EXPECT_EQ(InSync(0, kBound).Acknowledged(), kMaxSequence);
}

TEST_F(ANeighborInSync, IsWaitedFor) {
  in_sync_.OnMade(5, kStart);
  in_sync_.OnAcknowledged(0, 5, kStart);
  EXPECT_EQ(in_sync_.Acknowledged(), 0u);
  in_sync_.OnAcknowledged(1, 3, kStart);
  EXPECT_EQ(in_sync_.Acknowledged(), 3u);
}

TEST_F(ANeighborInSync, FallsOutAtTheBoundAndNotBefore) {
  in_sync_.OnMade(5, kStart);
  in_sync_.OnAcknowledged(0, 5, kStart);
  EXPECT_EQ(in_sync_.Deadline(), kStart + kBound);
  EXPECT_THAT(in_sync_.Expire(kStart + kBound - 1), IsEmpty());
  EXPECT_THAT(in_sync_.Expire(kStart + kBound), ElementsAre(1u));
  EXPECT_FALSE(in_sync_.Contains(1));
  EXPECT_EQ(in_sync_.Acknowledged(), 5u);
  EXPECT_EQ(in_sync_.Deadline(), std::nullopt);
  EXPECT_THAT(in_sync_.Expire(kStart + 2 * kBound), IsEmpty());
}

TEST_F(ANeighborInSync, IsOneThatKeepsUpThoughItNeverHasEverything) {
  for (Sequence made = 1; made <= 1000; ++made) {
    const Nanos now = kStart + static_cast<Nanos>(made) * 10 * kNanosPerMillisecond;
    in_sync_.OnMade(made, now);
    in_sync_.OnAcknowledged(0, made, now);
    in_sync_.OnAcknowledged(1, made > 20 ? made - 20 : 0, now);
    ASSERT_THAT(in_sync_.Expire(now), IsEmpty()) << made;
  }
}

TEST_F(ANeighborInSync, ComesBackWhenItHasCaughtUp) {
  in_sync_.OnMade(5, kStart);
  in_sync_.Expire(kStart + kBound);
  in_sync_.OnMade(6, kStart + kBound);
  in_sync_.OnAcknowledged(1, 4, kStart + kBound);
  EXPECT_FALSE(in_sync_.Contains(1));
  in_sync_.OnAcknowledged(1, 5, kStart + kBound);
  EXPECT_TRUE(in_sync_.Contains(1));
  EXPECT_EQ(in_sync_.Acknowledged(), 5u);
}

TEST_F(ANeighborInSync, IsNoneThatIsDownAndComesBackWithNothing) {
  in_sync_.OnMade(5, kStart);
  in_sync_.OnAcknowledged(0, 5, kStart);
  in_sync_.OnAcknowledged(1, 5, kStart);
  in_sync_.OnDown(1);
  EXPECT_FALSE(in_sync_.Contains(1));
  in_sync_.OnAcknowledged(1, 0, kStart + kBound);
  EXPECT_FALSE(in_sync_.Contains(1));
  in_sync_.OnAcknowledged(1, 5, kStart + kBound);
  EXPECT_TRUE(in_sync_.Contains(1));
}

}  // namespace
}  // namespace herd::peer
