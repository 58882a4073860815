// Replies that wait until the neighbours have what they speak of.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/frontend/session/conversation.h"

namespace herd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kReport = "IAMAT kiwi +1+1 4\n";
constexpr const char* kReported = "AT Goloman +1.000000000 kiwi +1+1 4\n";

class AHeldReply : public ::testing::Test {
 protected:
  AHeldReply() { herd_.set_neighbors_have_all(false); }

  StoreHerd herd_;
  Client client_{&herd_};
};

TEST_F(AHeldReply, LeavesWhenTheNeighborsHaveTheUpdate) {
  client_.Send(kReport);
  EXPECT_EQ(client_.Receive(), "");
  ASSERT_EQ(client_.waits().size(), 1u);
  ASSERT_EQ(client_.waits()[0].versions.size(), 1u);
  EXPECT_EQ(client_.waits()[0].versions[0].origin, Store::kOwnOrigin);
  EXPECT_EQ(client_.waits()[0].versions[0].sequence, 1u);
  client_.Pass(0);
  EXPECT_EQ(client_.Receive(), kReported);
  client_.Pass(0);
  EXPECT_EQ(client_.Receive(), "");
}

TEST_F(AHeldReply, WaitsOnceForAWholeBatch) {
  client_.Send("hello\nIAMAT kiwi +1+1 4\nIAMAT plum +1+1 4\n");
  ASSERT_EQ(client_.waits().size(), 1u);
  EXPECT_EQ(client_.waits()[0].versions.at(0).sequence, 2u);
  client_.Pass(0);
  EXPECT_THAT(
      client_.ReceiveWrites(),
      ElementsAre(absl::StrCat("? hello\n", kReported, "AT Goloman +1.000000000 plum +1+1 4\n")));
}

TEST_F(AHeldReply, IsThatOfARetryToo) {
  client_.Send(kReport);
  client_.Send(kReport);
  ASSERT_EQ(client_.waits().size(), 2u);
  EXPECT_EQ(client_.waits()[1].versions.at(0).sequence, 1u);
}

TEST_F(AHeldReply, IsNoneThatSpeaksOfNoReport) {
  client_.Send("hello\nWHATSAT kiwi 10 5\n");
  EXPECT_THAT(client_.waits(), IsEmpty());
  EXPECT_EQ(client_.Receive(), "? hello\n? WHATSAT kiwi 10 5\n");
}

TEST_F(AHeldReply, KeepsTheBatchesBehindItInOrder) {
  client_.Send(kReport);
  client_.Send("hello\n");
  client_.Send("IAMAT plum +1+1 4\n");
  ASSERT_EQ(client_.waits().size(), 2u);
  client_.Pass(1);
  EXPECT_EQ(client_.Receive(), "");
  client_.Pass(0);
  EXPECT_EQ(client_.Receive(),
            absl::StrCat(kReported, "? hello\nAT Goloman +1.000000000 plum +1+1 4\n"));
}

TEST_F(AHeldReply, KeepsAWhatsatBehindItThoughPlacesAnswersFirst) {
  client_.Send(absl::StrCat(kReport, "WHATSAT kiwi 10 5\nhello\n"));
  ASSERT_EQ(client_.questions().size(), 1u);
  client_.Answer(0, "{}");
  EXPECT_EQ(client_.Receive(), "");
  client_.Pass(0);
  EXPECT_EQ(client_.Receive(), absl::StrCat(kReported, kReported, "{}\n\n? hello\n"));
}

TEST_F(AHeldReply, LeavesBeforeAWhatsatThatIsStillUnanswered) {
  client_.Send(absl::StrCat(kReport, "WHATSAT kiwi 10 5\n"));
  client_.Pass(0);
  EXPECT_EQ(client_.Receive(), kReported);
  client_.Answer(0, "{}");
  EXPECT_EQ(client_.Receive(), absl::StrCat(kReported, "{}\n\n"));
}

TEST_F(AHeldReply, StaysDueAfterTheClientHasClosedItsSide) {
  client_.Send(kReport);
  client_.HalfClose();
  EXPECT_FALSE(client_.finished());
  client_.Pass(0);
  EXPECT_EQ(client_.Receive(), kReported);
  EXPECT_TRUE(client_.finished());
}

TEST_F(AHeldReply, IsOneOfABoundedNumberAndAllAreAnsweredAfterwards) {
  constexpr std::size_t kReports = 3 * Session::kMaxWaiting;
  for (std::size_t i = 0; i < kReports; ++i) client_.Send(kReport);
  EXPECT_LE(client_.waits().size(), Session::kMaxWaiting);
  for (std::size_t i = 0; i < client_.waits().size(); ++i) client_.Pass(i);
  std::string expected;
  for (std::size_t i = 0; i < kReports; ++i) expected += kReported;
  EXPECT_EQ(client_.Receive(), expected);
}

TEST(AStoppedSession, AnswersWholeLinesAndDropsTheLineThatIsNone) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(absl::StrCat(kReport, "hello\nIAMAT plum +1+1 4"));
  client.Stop();
  EXPECT_EQ(client.Receive(), absl::StrCat(kReported, "? hello\n"));
  EXPECT_TRUE(client.finished());
  EXPECT_EQ(herd.updates(), 1u);
}

TEST_F(AHeldReply, StillLeavesAfterAStop) {
  client_.Send(absl::StrCat(kReport, "IAMAT plum"));
  client_.Stop();
  EXPECT_FALSE(client_.finished());
  client_.Pass(0);
  EXPECT_EQ(client_.Receive(), kReported);
  EXPECT_TRUE(client_.finished());
}

}  // namespace
}  // namespace herd
