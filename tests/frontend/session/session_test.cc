// What a command is answered with, and in which order. Framing is in session_framing_test.cc.
#include "frontend/session/session.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/frontend/session/conversation.h"

namespace herd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// It is 5 seconds after the epoch.
constexpr const char* kReport = "IAMAT kiwi +34.068930-118.445127 4.736126614\n";
constexpr const char* kReported =
    "AT Goloman +0.263873386 kiwi +34.068930-118.445127 4.736126614\n";

TEST(AnIamat, IsAnsweredByItsOperandsAndTheDifference) {
  Conversation().Send(kReport).Expect(kReported).ExpectOpen().Play();
}

TEST(AnIamat, OfAClientAheadOfTheServerHasANegativeDifference) {
  Conversation()
      .Send("IAMAT kiwi +1+1 5.000000001\nIAMAT plum +1+1 9223372036.854775807\n")
      .Expect(
          "AT Goloman -0.000000001 kiwi +1+1 5.000000001\n"
          "AT Goloman -9223372031.854775807 plum +1+1 9223372036.854775807\n")
      .Play();
}

TEST(AnIamat, HasItsOperandsCopiedByteForByte) {
  const std::string zeros(3000, '0');
  const std::string operands = "\xff\xfe\xc2\xa0 -0.0+007.500" + zeros + " 0001.1" + zeros + "9";
  Conversation()
      .Send("IAMAT \t " + operands + " \r\n")
      .Expect("AT Goloman +3.900000000 " + operands + "\n")
      .Play();
}

TEST(AnIamat, HasADifferenceThatTheDigitsPastTheNinthDecimalDoNotChange) {
  Conversation()
      .Send("IAMAT kiwi +1+1 4.9999999999\n")
      .Expect("AT Goloman +0.000000001 kiwi +1+1 4.9999999999\n")
      .Play();
}

TEST(AnOlderIamat, GetsItsOwnReplyAndChangesNothing) {
  Conversation()
      .Send(kReport)
      .Expect(kReported)
      .Send("IAMAT kiwi +1+1 4.736126613\n")
      .Expect("AT Goloman +0.263873387 kiwi +1+1 4.736126613\n")
      .Send("WHATSAT kiwi 10 5\n")
      .Answer(0, "{}")
      .Expect(std::string(kReported) + "{}\n\n")
      .Play();
}

TEST(ANewerIamat, IsWhatAWhatsatSees) {
  Conversation()
      .Send(std::string(kReport) + "IAMAT kiwi +1+1 4.736126615\nWHATSAT kiwi 10 5\n")
      .Expect(std::string(kReported) + "AT Goloman +0.263873385 kiwi +1+1 4.736126615\n")
      .Answer(0, "{}")
      .Expect("AT Goloman +0.263873385 kiwi +1+1 4.736126615\n{}\n\n")
      .Play();
}

TEST(ARetryOfTheSameIamat, GetsItsReplyAndChangesNothing) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(kReport);
  client.set_now(6 * kNanosPerSecond);
  client.Receive();
  client.Send(kReport);
  EXPECT_EQ(client.Receive(), "AT Goloman +1.263873386 kiwi +34.068930-118.445127 4.736126614\n");
  EXPECT_EQ(herd.updates(), 1u);
  client.Send("WHATSAT kiwi 10 5\n");
  client.Answer(0, "{}");
  EXPECT_EQ(client.Receive(), std::string(kReported) + "{}\n\n");
}

TEST(AWhatsat, IsAnsweredByTheStoredAtLineThePlacesAndAnEmptyLine) {
  Conversation()
      .Send(kReport)
      .Expect(kReported)
      .Send("WHATSAT kiwi 10 5\n")
      .Expect("")
      .Answer(0, "{\n   \"results\" : []\n}")
      .Expect(std::string(kReported) + "{\n   \"results\" : []\n}\n\n")
      .ExpectOpen()
      .Play();
}

TEST(AWhatsat, LeavesInOneWrite) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(std::string(kReport) + "WHATSAT kiwi 10 5\nWHATSAT kiwi 10 6\n" + kReport);
  EXPECT_THAT(client.ReceiveWrites(), ElementsAre(kReported));
  const std::string json(300'000, 'x');
  client.Answer(0, json);
  EXPECT_THAT(client.ReceiveWrites(), ElementsAre(std::string(kReported) + json + "\n\n"));
  client.Answer(1, "{}");
  EXPECT_THAT(client.ReceiveWrites(), ElementsAre(std::string(kReported) + "{}\n\n" + kReported));
}

TEST(PipelinedCommands, ThatArriveTogetherAreAnsweredInOneWrite) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(std::string(kReport) + "hello\n" + kReport);
  EXPECT_THAT(client.ReceiveWrites(),
              ElementsAre(std::string(kReported) + "? hello\n" + kReported));
}

TEST(AWhatsat, AsksPlacesWhatTheClientAsked) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(std::string(kReport) + "WHATSAT kiwi 10.587 020\nWHATSAT kiwi 0 0\n");
  ASSERT_EQ(client.questions().size(), 2u);
  EXPECT_EQ(client.questions()[0].query.location, "34.068930,-118.445127");
  EXPECT_EQ(client.questions()[0].query.radius_m, "10587");
  EXPECT_EQ(client.questions()[0].query.bound, 20);
  EXPECT_EQ(client.questions()[1].query.radius_m, "0");
  EXPECT_EQ(client.questions()[1].query.bound, 0);
}

TEST(AWhatsat, GivesTheServerThatGotTheReportAndItsDifference) {
  StoreHerd herd;
  const FixText text{.position = "+1+1", .time = "4"};
  const Update update{.client_id = "kiwi", .sequence = 1, .fix = *ParseFix(text), .skew = -42};
  herd.store().Apply(*herd.store().Intern({"Welsh", 7}), 0, 1, {&update, 1});
  Client client(&herd);
  client.Send("WHATSAT kiwi 10 5\n");
  client.Answer(0, "{}");
  EXPECT_EQ(client.Receive(), "AT Welsh -0.000000042 kiwi +1+1 4\n{}\n\n");
}

TEST(AWhatsat, SaysWhereTheClientWasWhenPlacesWasAskedThoughItMovesMeanwhile) {
  StoreHerd herd;
  Client asking(&herd);
  Client moving(&herd);
  moving.Send(kReport);
  asking.Send("WHATSAT kiwi 10 5\n");
  moving.Send("IAMAT kiwi +1+1 4.8\n");
  asking.Answer(0, "{}");
  EXPECT_EQ(asking.Receive(), std::string(kReported) + "{}\n\n");
  EXPECT_EQ(asking.questions()[0].query.location, "34.068930,-118.445127");
}

TEST(AWhatsat, SaysWhereTheClientWasThoughItMovesOnTheSameConnection) {
  Conversation()
      .Send(std::string(kReport) + "WHATSAT kiwi 10 5\nIAMAT kiwi +1+1 4.8\n")
      .Expect(kReported)
      .Answer(0, "{}")
      .Expect(std::string(kReported) + "{}\n\nAT Goloman +0.200000000 kiwi +1+1 4.8\n")
      .Play();
}

TEST(AnUnknownClient, MakesAWhatsatInvalid) {
  Conversation()
      .Send("WHATSAT kiwi 10 5\n")
      .Expect("? WHATSAT kiwi 10 5\n")
      .Send(std::string(kReport) + "WHATSAT kiwi2 10 5\r\n")
      .Expect(std::string(kReported) + "? WHATSAT kiwi2 10 5\n")
      .ExpectOpen()
      .Play();
}

TEST(AWhatsatBehindAnIamat, SeesIt) {
  Conversation()
      .Send("WHATSAT kiwi 10 5\n" + std::string(kReport) + "WHATSAT kiwi 10 5\n")
      .Expect("? WHATSAT kiwi 10 5\n" + std::string(kReported))
      .Answer(0, "{}")
      .Expect(std::string(kReported) + "{}\n\n")
      .Play();
}

TEST(AnInvalidCommand, ComesBackAndTheConnectionLivesOn) {
  Conversation()
      .Send(
          "hello\niamat kiwi +1+1 1\nIAMAT kiwi +91+1 1\nWHATSAT kiwi 51 5\nWHATSAT kiwi 5 21\n"
          "IAMAT kiwi +1+1\n")
      .Expect(
          "? hello\n? iamat kiwi +1+1 1\n? IAMAT kiwi +91+1 1\n? WHATSAT kiwi 51 5\n"
          "? WHATSAT kiwi 5 21\n? IAMAT kiwi +1+1\n")
      .ExpectOpen()
      .Send(kReport)
      .Expect(kReported)
      .Play();
}

TEST(AnInvalidCommand, ComesBackWithItsWhiteSpaceAsItCame) {
  Conversation()
      .Send(" \thello  there\t \r\n\r\v\fx\r\r\n")
      .Expect("?  \thello  there\t \n? \r\v\fx\r\n")
      .Play();
}

TEST(BytesThatAreNotUtf8, ComeBackUnchanged) {
  const std::string bytes("\xff\xfe\0\x80\xc3(\xed\xa0\x80", 10);
  Conversation().Send(bytes + "\n").Expect("? " + bytes + "\n").Play();
}

TEST(AnAtFromAClient, IsInvalidAndChangesNothing) {
  Conversation()
      .Send("AT Hands +0.5 kiwi +1+1 4\nWHATSAT kiwi 10 5\n")
      .Expect("? AT Hands +0.5 kiwi +1+1 4\n? WHATSAT kiwi 10 5\n")
      .Play();
}

TEST(Replies, LeaveInTheOrderOfTheCommandsThoughAWhatsatIsSlow) {
  Conversation()
      .Send(kReport)
      .Expect(kReported)
      .Send("WHATSAT kiwi 10 5\nIAMAT plum +1+1 4\nhello\n\nWHATSAT who 1 1\n")
      .Expect("")
      .Answer(0, "{}")
      .Expect(std::string(kReported) +
              "{}\n\nAT Goloman +1.000000000 plum +1+1 4\n? hello\n? WHATSAT who 1 1\n")
      .Play();
}

TEST(Replies, LeaveInTheOrderOfTheCommandsThoughPlacesAnswersOutOfOrder) {
  const std::string at = kReported;
  Conversation()
      .Send(kReport)
      .Expect(at)
      .Send("WHATSAT kiwi 1 1\na\nWHATSAT kiwi 2 1\nb\nWHATSAT kiwi 3 1\nc\nWHATSAT kiwi 4 1\nd\n")
      .Answer(2, "{2}")
      .Expect("")
      .Answer(1, "{1}")
      .Expect("")
      .Answer(0, "{0}")
      .Expect(at + "{0}\n\n? a\n" + at + "{1}\n\n? b\n" + at + "{2}\n\n? c\n")
      .Send("e\n")
      .Expect("")
      .Answer(3, "{3}")
      .Expect(at + "{3}\n\n? d\n? e\n")
      .Send("f\n")
      .Expect("? f\n")
      .Play();
}

TEST(Replies, LeaveAsSoonAsNothingBeforeThemWaits) {
  const std::string at = kReported;
  Conversation()
      .Send(std::string(kReport) + "WHATSAT kiwi 1 1\na\nWHATSAT kiwi 2 1\n")
      .Expect(at)
      .Answer(0, "{0}")
      .Expect(at + "{0}\n\n? a\n")
      .Answer(1, "{1}")
      .Expect(at + "{1}\n\n")
      .Play();
}

TEST(ASecondAnswer, ToTheSameQuestionSaysNothing) {
  const std::string at = kReported;
  Conversation()
      .Send(std::string(kReport) + "WHATSAT kiwi 1 1\nWHATSAT kiwi 2 1\n")
      .Expect(at)
      .Answer(1, "{1}")
      .Answer(1, "{again}")
      .Expect("")
      .Answer(0, "{0}")
      .Expect(at + "{0}\n\n" + at + "{1}\n\n")
      .Answer(0, "{again}")
      .Expect("")
      .Play();
}

TEST(NothingElse, IsEverSent) {
  Conversation().Expect("").Send("").Expect("").HalfClose().Expect("").ExpectClosed().Play();
}

TEST(EachLine, IsReportedToTheHostForTheRecord) {
  StoreHerd herd;
  Client client(&herd);
  client.Send("hello\r\n\n" + std::string(kReport) + "rest");
  EXPECT_THAT(client.lines(), ElementsAre("hello", "IAMAT kiwi +34.068930-118.445127 4.736126614"));
  client.HalfClose();
  EXPECT_EQ(client.lines().back(), "rest");
  EXPECT_THAT(client.questions(), IsEmpty());
}

}  // namespace
}  // namespace herd
