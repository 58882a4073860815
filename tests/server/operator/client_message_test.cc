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

}  // namespace
}  // namespace herd
