// What a session counts of its client, and what it says of the replies that leave.
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/frontend/session/conversation.h"

namespace herd {
namespace {

using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;

constexpr const char* kReport = "IAMAT kiwi +1+1 4\n";
constexpr const char* kLookup = "WHATSAT kiwi 10 5\n";

class ASession : public ::testing::Test {
 protected:
  StoreHerd herd_;
  Client client_{&herd_};
};

TEST_F(ASession, CountsCommandsByWhatTheyAre) {
  client_.AnswerAtOnce([](const places::Query&) { return std::string("{}"); });
  client_.Send(std::string(kReport) + kReport + kLookup + "WHATSAT plum 10 5\nhello\n\n");
  EXPECT_EQ(client_.counters().reports.value(), 2u);
  EXPECT_EQ(client_.counters().found.value(), 1u);
  EXPECT_EQ(client_.counters().unknown.value(), 1u);
  EXPECT_EQ(client_.counters().invalid.value(), 1u);
  EXPECT_EQ(client_.counters().cut_off.value(), 0u);
}

TEST_F(ASession, CountsALineThatIsTooLongAsInvalid) {
  client_.Send(std::string(text::kMaxLineBytes + 2, 'x'));
  EXPECT_TRUE(client_.cut_off());
  EXPECT_EQ(client_.counters().invalid.value(), 1u);
  EXPECT_EQ(client_.counters().cut_off.value(), 1u);
  EXPECT_THAT(client_.departures(), ElementsAre(FieldsAre(WaitedFor::kNothing, 0, 1u)));
}

TEST_F(ASession, SaysOnceWhatItHasReadAndAnsweredInOneRound) {
  client_.set_monotonic_now(7);
  client_.Send(kReport);
  client_.Send("hello\nhello\n");
  client_.set_monotonic_now(8);
  client_.Send("hello\n");
  EXPECT_THAT(client_.departures(), ElementsAre(FieldsAre(WaitedFor::kNothing, 7, 3u),
                                                FieldsAre(WaitedFor::kNothing, 8, 1u)));
}

TEST_F(ASession, SaysOfABlankLineNothing) {
  client_.Send("\n\n");
  EXPECT_THAT(client_.departures(), IsEmpty());
}

TEST_F(ASession, SaysOfHeldRepliesWhenTheyWereReadAndWhatTheyWaitedFor) {
  herd_.set_neighbors_have_all(false);
  client_.set_monotonic_now(7);
  client_.Send(std::string(kReport) + "hello\n");
  client_.set_monotonic_now(8);
  client_.Send("hello\n");
  EXPECT_THAT(client_.departures(), IsEmpty());
  client_.Pass(0);
  EXPECT_THAT(client_.departures(), ElementsAre(FieldsAre(WaitedFor::kNeighbors, 7, 2u),
                                                FieldsAre(WaitedFor::kNeighbors, 8, 1u)));
}

TEST_F(ASession, TellsWaitsForPlacesFromOthers) {
  client_.set_monotonic_now(7);
  client_.Send(std::string(kReport) + kLookup + "hello\n");
  EXPECT_THAT(client_.departures(), ElementsAre(FieldsAre(WaitedFor::kNothing, 7, 1u)));
  client_.Answer(0, "{}");
  EXPECT_THAT(client_.departures(), ElementsAre(FieldsAre(WaitedFor::kNothing, 7, 1u),
                                                FieldsAre(WaitedFor::kPlaces, 7, 2u)));
}

}  // namespace
}  // namespace herd
