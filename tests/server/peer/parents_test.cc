#include "server/peer/parents.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace herd::peer {
namespace {

constexpr std::size_t kHands = 0;
constexpr std::size_t kWelsh = 1;
constexpr OriginIndex kHandsRun = 1;
constexpr OriginIndex kWelshRun = 2;
constexpr OriginIndex kFarRun = 3;  // of a server that is no neighbour
constexpr Nanos kStart = kNanosPerSecond;

class AParent : public ::testing::Test {
 protected:
  AParent() {
    parents_.OnUp(kHands, kHandsRun, vector_, kStart);
    parents_.OnUp(kWelsh, kWelshRun, vector_, kStart);
    Changes();
  }

  // "-0:3 +1:3": neighbour 0 is origin 3's parent no more, neighbour 1 is.
  std::string Changes() {
    std::string text;
    parents_.TakeChanges([&](std::size_t neighbor, OriginIndex origin, bool parent) {
      absl::StrAppend(&text, text.empty() ? "" : " ", parent ? "+" : "-", neighbor, ":", origin);
    });
    return text;
  }
  void Announce(std::size_t neighbor, Sequence through, Nanos now) {
    parents_.OnAnnounced(neighbor, kFarRun, through, vector_, now);
  }
  void Deliver(std::size_t neighbor, Sequence through, Nanos now) {
    vector_[kFarRun] = through;
    parents_.OnDelivered(neighbor, kFarRun, now);
  }
  int parent() const { return parents_.ParentOf(kFarRun); }

  VersionVector vector_ = {0, 0, 0, 0};
  Parents parents_{2};
};

TEST_F(AParent, OfANeighborsOwnOriginIsThatNeighbor) {
  EXPECT_EQ(parents_.ParentOf(kHandsRun), static_cast<int>(kHands));
  EXPECT_EQ(parents_.ParentOf(kWelshRun), static_cast<int>(kWelsh));
  EXPECT_EQ(parent(), Parents::kNone);
}

TEST_F(AParent, OfANeighborsOwnOriginIsAnotherUntilThatOneHasHandedOverWhatThereWas) {
  parents_.OnDown(kHands, vector_);
  parents_.OnAnnounced(kWelsh, kHandsRun, 5, vector_, kStart);
  Changes();
  parents_.OnUp(kHands, kHandsRun, vector_, kStart);
  parents_.Repair(vector_, kStart);
  EXPECT_EQ(Changes(), "");
  vector_[kHandsRun] = 5;
  parents_.Repair(vector_, kStart);
  EXPECT_EQ(Changes(), "-1:1 +0:1");
}

TEST_F(AParent, IsWhoFirstSaysToHaveAnOrigin) {
  Announce(kWelsh, 5, kStart);
  EXPECT_EQ(Changes(), "+1:3");
  Announce(kHands, 9, kStart + 1);
  EXPECT_EQ(Changes(), "");
}

TEST_F(AParent, IsNobodyForThisServersOwnOrigin) {
  parents_.OnAnnounced(kHands, Store::kOwnOrigin, 5, vector_, kStart);
  parents_.OnDelivered(kHands, Store::kOwnOrigin, kStart);
  EXPECT_EQ(Changes(), "");
  EXPECT_EQ(parents_.Deadline(), std::nullopt);
}

TEST_F(AParent, IsReplacedWhenWhatAnotherHasDoesNotComeInTime) {
  Announce(kWelsh, 5, kStart);
  Deliver(kWelsh, 5, kStart);
  Changes();
  const Nanos later = kStart + kNanosPerSecond;
  Announce(kHands, 6, later);
  EXPECT_EQ(parents_.Deadline(), later + Parents::kWait);
  parents_.Repair(vector_, later + Parents::kWait - 1);
  EXPECT_EQ(Changes(), "");
  parents_.Repair(vector_, later + Parents::kWait);
  EXPECT_EQ(Changes(), "-1:3 +0:3");
  EXPECT_EQ(parents_.repairs(kHands), 1u);
}

TEST_F(AParent, StaysWhenTheMissingUpdateComesInTime) {
  Announce(kWelsh, 5, kStart);
  Deliver(kWelsh, 5, kStart);
  Changes();
  const Nanos later = kStart + kNanosPerSecond;
  Announce(kHands, 6, later);
  Deliver(kWelsh, 6, later + 1);
  parents_.Repair(vector_, later + Parents::kWait);
  EXPECT_EQ(Changes(), "");
  EXPECT_EQ(parents_.Deadline(), std::nullopt);
}

TEST_F(AParent, StaysWhileItHasTheUpdateAndIsBusyDeliveringOthers) {
  Announce(kWelsh, 5, kStart);
  Announce(kHands, 6, kStart);
  Changes();
  Nanos now = kStart;
  for (int i = 0; i < 10; ++i) {
    now += Parents::kWait;
    parents_.OnDelivered(kWelsh, kWelshRun, now);
    parents_.Repair(vector_, now);
    ASSERT_EQ(Changes(), "") << i;
  }
  // Delivers nothing any more.
  parents_.Repair(vector_, now + 2 * Parents::kWait);
  EXPECT_EQ(Changes(), "-1:3 +0:3");
}

TEST_F(AParent, ThatGoesDownIsReplacedAtOnceByWhoHasMore) {
  Announce(kWelsh, 5, kStart);
  Announce(kHands, 6, kStart);
  Changes();
  parents_.OnDown(kWelsh, vector_);
  EXPECT_EQ(parent(), static_cast<int>(kHands));
}

TEST_F(AParent, ThatGoesDownIsReplacedAtOnceThoughNothingIsMissing) {
  Announce(kWelsh, 5, kStart);
  Deliver(kWelsh, 5, kStart);
  Announce(kHands, 5, kStart);
  parents_.OnDown(kWelsh, vector_);
  EXPECT_EQ(parent(), static_cast<int>(kHands));
}

TEST_F(AParent, IsNobodyWhoTakesTheOriginFromHereUnlessItHasMore) {
  Announce(kWelsh, 5, kStart);
  Deliver(kWelsh, 5, kStart);
  Announce(kHands, 5, kStart);
  parents_.OnTaken(kHands, kFarRun, true, vector_);
  parents_.OnDown(kWelsh, vector_);
  EXPECT_EQ(parent(), Parents::kNone);
  Announce(kHands, 6, kStart);
  EXPECT_EQ(parent(), static_cast<int>(kHands));
}

TEST_F(AParent, IsNobodyAnyMoreWhenItTakesTheOriginFromHereAndHasNoMore) {
  Announce(kWelsh, 5, kStart);
  Deliver(kWelsh, 5, kStart);
  parents_.OnTaken(kWelsh, kFarRun, true, vector_);
  EXPECT_EQ(parent(), Parents::kNone);
}

TEST_F(AParent, StaysThoughItTakesTheOriginFromHereWhileItHasMore) {
  Announce(kWelsh, 5, kStart);
  parents_.OnTaken(kWelsh, kFarRun, true, vector_);
  EXPECT_EQ(parent(), static_cast<int>(kWelsh));
}

TEST_F(AParent, IsAlsoWhoHasNoMoreIfThereIsNoOther) {
  vector_[kFarRun] = 5;
  Announce(kWelsh, 5, kStart);
  EXPECT_EQ(parent(), static_cast<int>(kWelsh));
}

}  // namespace
}  // namespace herd::peer
