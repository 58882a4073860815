#include "frontend/places/budget.h"

#include "gtest/gtest.h"

namespace herd::places {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Limit = Budget::Limit;

const Budget::Time kStart{seconds(1000)};
const Budget::Date kToday{days(20'000)};

TEST(Budget, WithoutLimitsNeverEnds) {
  Budget budget({});
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(budget.Take(kStart, kToday), Limit::kNone);
  EXPECT_EQ(budget.taken(kToday), 100'000U);
}

TEST(Budget, EndsForTheDayAndIsWholeOnTheNext) {
  Budget budget({.per_day = 3});
  for (int day = 0; day < 2; ++day) {
    const Budget::Date date = kToday + days(day);
    EXPECT_EQ(budget.taken(date), 0U);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(budget.Take(kStart, date), Limit::kNone);
    EXPECT_EQ(budget.Take(kStart, date), Limit::kDay);
    EXPECT_EQ(budget.taken(date), 3U);
  }
}

TEST(Budget, IsNotWholeAgainWhenTheClockGoesBackOverMidnight) {
  Budget budget({.per_day = 1});
  EXPECT_EQ(budget.Take(kStart, kToday), Limit::kNone);
  EXPECT_EQ(budget.Take(kStart, kToday - days(1)), Limit::kDay);
  EXPECT_EQ(budget.taken(kToday - days(1)), 1U);
  EXPECT_EQ(budget.Take(kStart, kToday), Limit::kDay);
}

TEST(Budget, GivesASecondsWorthAtOnceAndThenTheRate) {
  Budget budget({.per_second = 10});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(budget.Take(kStart, kToday), Limit::kNone);
  EXPECT_EQ(budget.Take(kStart, kToday), Limit::kRate);
  EXPECT_EQ(budget.Take(kStart + milliseconds(99), kToday), Limit::kRate);
  EXPECT_EQ(budget.Take(kStart + milliseconds(101), kToday), Limit::kNone);
  EXPECT_EQ(budget.Take(kStart + milliseconds(102), kToday), Limit::kRate);
}

TEST(Budget, SavesNoMoreThanASecondsWorth) {
  Budget budget({.per_second = 10});
  budget.Take(kStart, kToday);
  const Budget::Time later = kStart + seconds(3600);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(budget.Take(later, kToday), Limit::kNone);
  EXPECT_EQ(budget.Take(later, kToday), Limit::kRate);
}

TEST(Budget, OfLessThanOneASecondIsOneInMoreThanASecond) {
  Budget budget({.per_second = 0.5});
  EXPECT_EQ(budget.Take(kStart, kToday), Limit::kNone);
  EXPECT_EQ(budget.Take(kStart + milliseconds(1'900), kToday), Limit::kRate);
  EXPECT_EQ(budget.Take(kStart + milliseconds(2'100), kToday), Limit::kNone);
}

TEST(Budget, DoesNotChargeTheDayForWhatTheRateForbids) {
  Budget budget({.per_day = 2, .per_second = 1});
  EXPECT_EQ(budget.Take(kStart, kToday), Limit::kNone);
  EXPECT_EQ(budget.Take(kStart, kToday), Limit::kRate);
  EXPECT_EQ(budget.taken(kToday), 1U);
}

}  // namespace
}  // namespace herd::places
