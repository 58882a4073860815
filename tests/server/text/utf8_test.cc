#include "server/text/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace herd {
namespace {

TEST(Utf8, LeavesWhatIsUtf8) {
  for (const char* text : {"", "kiwi", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\xA5\x9D",
                           "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(ToUtf8(text), text);
  }
}

TEST(Utf8, ReplacesEachByteThatIsNot) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(ToUtf8("\x80"), bad);
  EXPECT_EQ(ToUtf8("\xC3"), bad);                                // cut off
  EXPECT_EQ(ToUtf8("\xC3z"), bad + "z");                         // not continued
  EXPECT_EQ(ToUtf8("\xC0\xAF"), bad + bad);                      // overlong
  EXPECT_EQ(ToUtf8("\xE0\x80\xAF"), bad + bad + bad);            // overlong
  EXPECT_EQ(ToUtf8("\xED\xA0\x80"), bad + bad + bad);            // a surrogate
  EXPECT_EQ(ToUtf8("\xF4\x90\x80\x80"), bad + bad + bad + bad);  // beyond the last character
  EXPECT_EQ(ToUtf8("\xF0\x80\x80\x80"), bad + bad + bad + bad);  // overlong
  EXPECT_EQ(ToUtf8("\xF0\x9F\xA5"), bad + bad + bad);            // cut off
}

}  // namespace
}  // namespace herd
