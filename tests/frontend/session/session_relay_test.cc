#include "frontend/session/session.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/frontend/session/conversation.h"

namespace herd {
namespace {

constexpr const char* kLine =
    "AT Hands +0.263873386 kiwi +34.068930-118.445127 1520023934.918963997";

class ATextNeighborsSession : public ::testing::Test {
 protected:
  std::string Ask(const std::string& lines) {
    neighbor_.Send(lines);
    return neighbor_.Receive();
  }

  StoreHerd herd_;
  Client neighbor_{&herd_, nullptr, Session::Peer::kTextNeighbor};
};

TEST_F(ATextNeighborsSession, TakesAnAtLineAndAnswersNothing) {
  neighbor_.AnswerAtOnce([](const places::Query&) { return "{}"; });
  EXPECT_FALSE(neighbor_.has_relayed());
  EXPECT_EQ(Ask(std::string(kLine) + "\n"), "");
  EXPECT_TRUE(neighbor_.has_relayed());
  EXPECT_EQ(Ask("WHATSAT kiwi 1 0\n"), std::string(kLine) + "\n{}\n\n");
  EXPECT_EQ(herd_.updates(), 1u);
}

TEST_F(ATextNeighborsSession, WaitsForNoNeighbor) {
  herd_.set_neighbors_have_all(false);
  Ask(std::string(kLine) + "\n");
  EXPECT_TRUE(neighbor_.waits().empty());
}

TEST_F(ATextNeighborsSession, AnswersTheOtherCommandsBetweenInTheirOrder) {
  EXPECT_EQ(Ask("nonsense\n" + std::string(kLine) + " Hands Wilkes\r\nIAMAT plum +0+0 5\n"),
            "? nonsense\nAT Goloman +0.000000000 plum +0+0 5\n");
  EXPECT_EQ(herd_.updates(), 2u);
  EXPECT_EQ(neighbor_.counters().relays.value(), 1u);
  EXPECT_EQ(neighbor_.counters().reports.value(), 1u);
  EXPECT_EQ(neighbor_.counters().invalid.value(), 1u);
}

TEST_F(ATextNeighborsSession, BelievesNobodyOfWhomTheConfigurationDoesNotKnow) {
  const std::string line = "AT Nobody +0.2 kiwi +34-118 5";
  EXPECT_EQ(Ask(line + "\n"), "? " + line + "\n");
  EXPECT_EQ(neighbor_.invalid_relays(), std::vector<std::string>{line});
  EXPECT_EQ(neighbor_.counters().invalid_relays.value(), 1u);
  EXPECT_EQ(neighbor_.counters().invalid.value(), 1u);
  EXPECT_EQ(herd_.updates(), 0u);
  EXPECT_FALSE(neighbor_.has_relayed());
}

TEST(AClientsSession, TakesNoAtLine) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(std::string(kLine) + "\n");
  EXPECT_EQ(client.Receive(), "? " + std::string(kLine) + "\n");
  EXPECT_TRUE(client.invalid_relays().empty());
  EXPECT_EQ(herd.updates(), 0u);
}

}  // namespace
}  // namespace herd
