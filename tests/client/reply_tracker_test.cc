#include "client/net/reply_tracker.h"

#include <string>

#include "gtest/gtest.h"

namespace herd::client {
namespace {

constexpr char kAt[] = "AT Goloman +0.1 kiwi +1+1 1\n";
constexpr char kJson[] = "{\n   \"results\" : []\n}\n\n";

ReplyTracker AfterSending(const std::string& commands) {
  ReplyTracker tracker;
  tracker.Sent(commands);
  return tracker;
}

TEST(ReplyTracker, OwesOneReplyForEachLineThatIsNotBlank) {
  EXPECT_EQ(AfterSending("IAMAT a +1+1 1\n\n \t\r\n\v\f\nWHATSAT a 1 1\nnonsense\n").owed(), 3u);
}

TEST(ReplyTracker, OwesNothingForALineThatHasNotEnded) {
  EXPECT_EQ(AfterSending("IAMAT a +1+1 1").owed(), 0u);
}

TEST(ReplyTracker, OwesAReplyForTheLastLineOnceNothingFollows) {
  ReplyTracker tracker = AfterSending("IAMAT a +1+1 1\nIAMAT");
  tracker.SentAll();
  EXPECT_EQ(tracker.owed(), 2u);
  ReplyTracker blank = AfterSending("IAMAT a +1+1 1\n  ");
  blank.SentAll();
  EXPECT_EQ(blank.owed(), 1u);
}

TEST(ReplyTracker, TakesOneLineForAnIamat) {
  ReplyTracker tracker = AfterSending("IAMAT a +1+1 1\n");
  tracker.Received("AT Goloman");
  EXPECT_EQ(tracker.owed(), 1u);
  tracker.Received("\n");
  EXPECT_EQ(tracker.owed(), 0u);
}

TEST(ReplyTracker, TakesAnAtLineAndAJsonForAWhatsat) {
  ReplyTracker tracker = AfterSending(" \tWHATSAT\va 1 1\r\n");
  tracker.Received(kAt);
  EXPECT_EQ(tracker.owed(), 1u);
  tracker.Received("{\n}\n");
  EXPECT_EQ(tracker.owed(), 1u);
  tracker.Received("\n");
  EXPECT_EQ(tracker.owed(), 0u);
}

TEST(ReplyTracker, TakesOneLineForARefusedWhatsat) {
  ReplyTracker tracker = AfterSending("WHATSAT nobody 1 1\nIAMAT a +1+1 1\n");
  tracker.Received("? WHATSAT nobody 1 1\n");
  EXPECT_EQ(tracker.owed(), 1u);
  EXPECT_EQ(tracker.refused(), 1u);
}

TEST(ReplyTracker, KnowsAWhatsatByItsWholeFirstFieldOnly) {
  for (const char* command : {"WHATSATS a 1 1\n", "whatsat a 1 1\n", "IAMAT WHATSAT\n",
                              "WHAT SAT\n", "XWHATSAT a 1 1\n"}) {
    ReplyTracker tracker = AfterSending(command);
    tracker.Received(kAt);
    EXPECT_EQ(tracker.owed(), 0u) << command;
  }
  ReplyTracker bare = AfterSending("WHATSAT\n");
  bare.Received(kAt);
  EXPECT_EQ(bare.owed(), 1u);
}

TEST(ReplyTracker, SeesTheSameHoweverTheBytesAreCut) {
  const std::string commands =
      "IAMAT a +1+1 1\nWHATSAT a 1 1\n\n?\nWHATSAT b 1 1\nIAMAT b +1+1 1\n";
  const std::string replies =
      std::string(kAt) + kAt + kJson + "? ?\n? WHATSAT b 1 1\nAT Goloman +0.1 b +1+1 1";
  for (size_t piece = 1; piece <= replies.size(); ++piece) {
    ReplyTracker tracker;
    for (size_t at = 0; at < commands.size(); at += piece) {
      tracker.Sent(std::string_view(commands).substr(at, piece));
    }
    for (size_t at = 0; at < replies.size(); at += piece) {
      tracker.Received(std::string_view(replies).substr(at, piece));
    }
    EXPECT_EQ(tracker.owed(), 1u) << piece;
    EXPECT_EQ(tracker.refused(), 2u) << piece;
  }
}

TEST(ReplyTracker, SurvivesRepliesThatNobodyAskedFor) {
  ReplyTracker tracker;
  tracker.Received("hello\n? what\n\n");
  EXPECT_EQ(tracker.owed(), 0u);
}

}  // namespace
}  // namespace herd::client
