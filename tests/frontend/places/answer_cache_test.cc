#include "frontend/places/answer_cache.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace herd::places {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const AnswerCache::Time kStart{seconds(1000)};

Results Answer(const std::string& name, std::size_t padding = 0) {
  return *Results::Read(
      absl::StrCat(R"({"results":[],"status":"OK","n":")", name, std::string(padding, 'x'), "\"}"));
}

std::string Text(const Results* results) {
  return results == nullptr ? "" : results->CutTo(20).ToString();
}

TEST(AnswerCache, KeepsAnAnswerForItsTimeAndNoLonger) {
  AnswerCache cache({.time_to_live = seconds(30)});
  cache.Insert("a", Answer("1"), kStart);
  EXPECT_EQ(Text(cache.Find("a", kStart + milliseconds(29'999))), Answer("1").CutTo(20).ToString());
  EXPECT_EQ(cache.Find("a", kStart + seconds(30)), nullptr);
  EXPECT_EQ(cache.entries(), 0U);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(AnswerCache, DoesNotLiveLongerForBeingUsed) {
  AnswerCache cache({.time_to_live = seconds(30)});
  cache.Insert("a", Answer("1"), kStart);
  EXPECT_NE(cache.Find("a", kStart + seconds(20)), nullptr);
  EXPECT_EQ(cache.Find("a", kStart + seconds(31)), nullptr);
}

TEST(AnswerCache, DropsWhatIsTooOldThoughNobodyAsksForIt) {
  AnswerCache cache({.time_to_live = seconds(30)});
  cache.Insert("a", Answer("1"), kStart);
  cache.Insert("b", Answer("2"), kStart + seconds(10));
  cache.Find("c", kStart + seconds(35));
  EXPECT_EQ(cache.entries(), 1U);
}

TEST(AnswerCache, KnowsNothingWhenSwitchedOff) {
  AnswerCache cache({.time_to_live = seconds(0)});
  cache.Insert("a", Answer("1"), kStart);
  EXPECT_EQ(cache.Find("a", kStart), nullptr);
  EXPECT_FALSE(cache.enabled());
}

TEST(AnswerCache, ReplacesAnAnswerAndCountsItOnce) {
  AnswerCache cache({.time_to_live = seconds(30)});
  cache.Insert("a", Answer("1"), kStart);
  const std::size_t bytes = cache.bytes();
  cache.Insert("a", Answer("2"), kStart + seconds(20));
  EXPECT_EQ(cache.bytes(), bytes);
  EXPECT_NE(Text(cache.Find("a", kStart + seconds(40))).find("\"2\""), std::string::npos);
}

TEST(AnswerCache, StaysWithinItsBytesAndDropsThoseThatWereUsedLongestAgo) {
  constexpr std::size_t kMaxBytes = 100'000;
  AnswerCache cache({.time_to_live = seconds(30), .max_bytes = kMaxBytes});
  for (int i = 0; i < 100; ++i) {
    cache.Insert(absl::StrCat(i), Answer("", 9'000), kStart);
    ASSERT_NE(cache.Find("0", kStart), nullptr) << i;
    ASSERT_LE(cache.bytes(), kMaxBytes);
  }
  EXPECT_GE(cache.entries(), 8U);
  EXPECT_NE(cache.Find("99", kStart), nullptr);
  EXPECT_EQ(cache.Find("50", kStart), nullptr);
}

TEST(AnswerCache, DoesNotKeepAnAnswerLargerThanItself) {
  AnswerCache cache({.time_to_live = seconds(30), .max_bytes = 5'000});
  cache.Insert("small", Answer(""), kStart);
  cache.Insert("large", Answer("", 6'000), kStart);
  EXPECT_EQ(cache.Find("large", kStart), nullptr);
  EXPECT_NE(cache.Find("small", kStart), nullptr);
}

}  // namespace
}  // namespace herd::places
