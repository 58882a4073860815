#include "server/operator/client_message.h"

#include <string>

#include "gtest/gtest.h"
#include "server/state/fix.h"

namespace herd {
namespace {

v1::Client MessageOf(const std::string& client_id, const std::string& position) {
  const FixText text{.position = position, .time = "1.5"};
  const Update update{
      .client_id = client_id, .sequence = 9, .fix = *ParseFix(text), .text = text, .skew = -3};
  v1::Client client;
  ToMessage(update, ToDegrees(update), &client);
  return client;
}

TEST(AClientsMessage, SaysWhatTheRecordSays) {
  const v1::Client client = MessageOf("kiwi", "+34.068930-118.445127");
  EXPECT_EQ(client.client_id(), "kiwi");
  EXPECT_EQ(client.client_id_bytes(), "");
  EXPECT_EQ(client.sequence(), 9);
  EXPECT_EQ(client.position(), "+34.068930-118.445127");
  EXPECT_DOUBLE_EQ(client.latitude(), 34.06893);
  EXPECT_DOUBLE_EQ(client.longitude(), -118.445127);
  EXPECT_EQ(client.time_ns(), 1'500'000'000);
  EXPECT_EQ(client.skew_ns(), -3);
}

TEST(AClientsMessage, KeepsAPositionThatFitsNoNumbersAsItIs) {
  EXPECT_EQ(MessageOf("kiwi", "+34.06893000000000000001-118").position(),
            "+34.06893000000000000001-118");
}

TEST(AClientsMessage, GivesAnIdThatIsNotUtf8TwiceOver) {
  const v1::Client client = MessageOf("ki\xFFwi", "+1+1");
  EXPECT_EQ(client.client_id(), "ki\xEF\xBF\xBDwi");
  EXPECT_EQ(client.client_id_bytes(), "ki\xFFwi");
}

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
