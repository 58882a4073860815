#include "client/commands/terminal.h"

#include "gtest/gtest.h"

namespace herd::client {
namespace {

TEST(Printable, LeavesTextOfAllKindsAsItIs) {
  EXPECT_EQ(Printable(""), "");
  EXPECT_EQ(Printable("kiwi.cs.ucla.edu"), "kiwi.cs.ucla.edu");
  EXPECT_EQ(Printable("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\xA5\x9D"),
            "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\xA5\x9D");
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(Printable("a\x1b[2J"), "a\\x1b[2J");
  EXPECT_EQ(Printable("\r\n\t\x7f"), "\\x0d\\x0a\\x09\\x7f");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "\\xc2\\x9b"
            "31m");
}

}  // namespace
}  // namespace herd::client
