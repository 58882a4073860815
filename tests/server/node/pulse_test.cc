// Which threads are taken for stuck.
#include "server/node/pulse.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PulseTest : public testing::Test {
 protected:
  // `count` intervals later, these many turns have been made.
  std::vector<std::size_t> LookAfter(Nanos count, const std::vector<std::uint64_t>& turns) {
    now_ += count * kNanosPerSecond;
    return pulse_.Look(turns, now_);
  }

  Nanos now_ = 1000 * kNanosPerSecond;
  Pulse pulse_{kNanosPerSecond, 3 * kNanosPerSecond};
};

TEST_F(PulseTest, AThreadThatTurnsIsWell) {
  for (std::uint64_t i = 0; i < 20; ++i) EXPECT_THAT(LookAfter(1, {i, 7 * i}), IsEmpty());
}

TEST_F(PulseTest, AThreadIsStuckWhenItHasNotTurnedForLongEnough) {
  LookAfter(1, {5, 5});
  EXPECT_THAT(LookAfter(1, {6, 5}), IsEmpty());
  EXPECT_THAT(LookAfter(1, {7, 5}), IsEmpty());
  EXPECT_THAT(LookAfter(1, {8, 5}), ElementsAre(1));
  EXPECT_THAT(LookAfter(1, {8, 5}), ElementsAre(1));
}

TEST_F(PulseTest, OneThatTurnsAgainIsWellAtOnceAndGetsAllThePatienceAnew) {
  LookAfter(1, {5});
  for (int i = 0; i < 3; ++i) LookAfter(1, {5});
  EXPECT_THAT(LookAfter(1, {6}), IsEmpty());
  EXPECT_THAT(LookAfter(2, {6}), IsEmpty());
  EXPECT_THAT(LookAfter(1, {6}), ElementsAre(0));
}

TEST_F(PulseTest, AThreadThatStoppedForeverInItsFirstTurnIsFoundToo) {
  for (int i = 0; i < 3; ++i) EXPECT_THAT(LookAfter(1, {0}), IsEmpty());
  EXPECT_THAT(LookAfter(1, {0}), ElementsAre(0));
}

TEST_F(PulseTest, TimeInWhichNobodyLookedIsHeldAgainstNoThread) {
  LookAfter(1, {5});
  EXPECT_THAT(LookAfter(3600, {5}), IsEmpty());
  EXPECT_THAT(LookAfter(1, {5}), IsEmpty());
  EXPECT_THAT(LookAfter(1, {5}), ElementsAre(0));
}

}  // namespace
}  // namespace herd
