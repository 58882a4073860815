#include "frontend/places/circuit_breaker.h"

#include <set>

#include "gtest/gtest.h"

namespace herd::places {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Pass = CircuitBreaker::Pass;

const CircuitBreaker::Time kStart{seconds(1000)};

CircuitBreaker::Options ThreeFailures(std::uint64_t seed = 1) {
  return {.failures = 3,
          .first_pause = milliseconds(1000),
          .longest_pause = milliseconds(8000),
          .seed = seed};
}

// Three calls that fail, at kStart.
void Open(CircuitBreaker& breaker) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(breaker.Ask(kStart), Pass::kCall);
    EXPECT_EQ(breaker.Fail(Pass::kCall, kStart), i == 2);
  }
}

TEST(CircuitBreaker, OpensAfterFailuresInARowAndLetsNobodyPass) {
  CircuitBreaker breaker(ThreeFailures());
  EXPECT_EQ(breaker.state(kStart), BreakerState::kClosed);
  Open(breaker);
  EXPECT_EQ(breaker.state(kStart), BreakerState::kOpen);
  EXPECT_EQ(breaker.Ask(kStart), Pass::kNone);
  EXPECT_EQ(breaker.Ask(kStart + breaker.pause() - milliseconds(1)), Pass::kNone);
  EXPECT_EQ(breaker.openings(), 1U);
}

TEST(CircuitBreaker, DoesNotOpenWhenASuccessComesBetween) {
  CircuitBreaker breaker(ThreeFailures());
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(breaker.Fail(Pass::kCall, kStart));
    EXPECT_FALSE(breaker.Fail(Pass::kCall, kStart));
    EXPECT_FALSE(breaker.Succeed());
  }
  EXPECT_EQ(breaker.Ask(kStart), Pass::kCall);
}

TEST(CircuitBreaker, LetsOneProbePassAfterThePauseAndClosesWithItsSuccess) {
  CircuitBreaker breaker(ThreeFailures());
  Open(breaker);
  const CircuitBreaker::Time later = kStart + breaker.pause();
  EXPECT_EQ(breaker.state(later), BreakerState::kHalfOpen);
  EXPECT_EQ(breaker.Ask(later), Pass::kProbe);
  EXPECT_EQ(breaker.Ask(later), Pass::kNone);
  EXPECT_TRUE(breaker.Succeed());
  EXPECT_EQ(breaker.state(later), BreakerState::kClosed);
  EXPECT_EQ(breaker.Ask(later), Pass::kCall);
  EXPECT_FALSE(breaker.Fail(Pass::kCall, later)) << "the count has begun anew";
}

TEST(CircuitBreaker, PausesLongerWithEachProbeThatFailsUpToTheLongest) {
  CircuitBreaker breaker(ThreeFailures());
  Open(breaker);
  CircuitBreaker::Time now = kStart;
  for (const int full : {1000, 2000, 4000, 8000, 8000, 8000}) {
    EXPECT_GE(breaker.pause(), milliseconds(full / 2));
    EXPECT_LE(breaker.pause(), milliseconds(full));
    now += breaker.pause();
    ASSERT_EQ(breaker.Ask(now), Pass::kProbe);
    EXPECT_TRUE(breaker.Fail(Pass::kProbe, now));
    EXPECT_EQ(breaker.Ask(now), Pass::kNone);
  }
  ASSERT_EQ(breaker.Ask(now + breaker.pause()), Pass::kProbe);
  breaker.Succeed();
  Open(breaker);
  EXPECT_LE(breaker.pause(), milliseconds(1000)) << "after a success the pauses begin anew";
}

TEST(CircuitBreaker, DrawsItsPausesAtRandom) {
  std::set<milliseconds> pauses;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CircuitBreaker breaker(ThreeFailures(seed));
    Open(breaker);
    pauses.insert(breaker.pause());
  }
  EXPECT_GT(pauses.size(), 10U);
}

TEST(CircuitBreaker, IsNotMovedByFailuresOfCallsThatWereUnderWayWhenItOpened) {
  CircuitBreaker breaker(ThreeFailures());
  Open(breaker);
  const CircuitBreaker::Time until = kStart + breaker.pause();
  EXPECT_FALSE(breaker.Fail(Pass::kCall, kStart + milliseconds(400)));
  EXPECT_EQ(breaker.Ask(until - milliseconds(1)), Pass::kNone);
  ASSERT_EQ(breaker.Ask(until), Pass::kProbe);
  EXPECT_FALSE(breaker.Fail(Pass::kCall, until));
  EXPECT_EQ(breaker.Ask(until), Pass::kNone) << "the probe is still under way";
}

TEST(CircuitBreaker, LetsAnotherProbePassWhenOneWasNotMade) {
  CircuitBreaker breaker(ThreeFailures());
  Open(breaker);
  ASSERT_EQ(breaker.Ask(kStart + breaker.pause()), Pass::kProbe);
  breaker.GiveBack(Pass::kProbe);
  EXPECT_EQ(breaker.Ask(kStart + breaker.pause()), Pass::kProbe);
}

TEST(CircuitBreaker, NeverOpensWhenItIsOff) {
  CircuitBreaker breaker({.failures = 0});
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(breaker.Fail(Pass::kCall, kStart));
  EXPECT_EQ(breaker.Ask(kStart), Pass::kCall);
}

}  // namespace
}  // namespace herd::places
