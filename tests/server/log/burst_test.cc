#include "server/log/burst.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace herd::log {
namespace {

constexpr std::int64_t kBegin = 1'000'000'000'000;

class BurstTest : public testing::Test {
 protected:
  // Whether a line is written.
  bool Happens(std::int64_t at) {
    const std::uint64_t before = Count().warning;
    burst_.Write(Level::kWarning, at, [&] { return absl::StrCat("asked for ", ++asked_); });
    return Count().warning > before;
  }

  Burst burst_;
  int asked_ = 0;
};

TEST_F(BurstTest, IsToldOfAtItsBeginningAndNowAndThen) {
  EXPECT_TRUE(Happens(kBegin));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(Happens(kBegin + i));
  EXPECT_FALSE(Happens(kBegin + Burst::kPauseNs - 1));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(Happens(kBegin + Burst::kPauseNs));
  Flush();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("asked for 2 (this and the like: 1002 "
                                                        "times since it was last said)"),
            std::string::npos);
  EXPECT_FALSE(Happens(kBegin + Burst::kPauseNs + 1));
}

TEST_F(BurstTest, IsToldOfAtOnceWhenItHasBeenQuiet) {
  EXPECT_TRUE(Happens(kBegin));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(Happens(kBegin + 10 * Burst::kPauseNs));
  Flush();
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("times"), std::string::npos);
}

}  // namespace
}  // namespace herd::log
