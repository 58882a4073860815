// Where a command begins and ends: PROTOCOL's Framing, sentence by sentence.
#include <string>

#include "frontend/session/session.h"
#include "gtest/gtest.h"
#include "tests/frontend/session/conversation.h"

namespace herd {
namespace {

constexpr std::size_t kLongest = 8192;

// It is 5 seconds after the epoch.
constexpr const char* kReport = "IAMAT kiwi +1+1 4\n";
constexpr const char* kReported = "AT Goloman +1.000000000 kiwi +1+1 4\n";

// An IAMAT of so many bytes, without its line end, and its reply.
std::string LongReport(std::size_t size) {
  std::string line = "IAMAT " + std::string(size, 'x') + " +1+1 4";
  return line.erase(6, line.size() - size);
}
std::string LongReported(std::size_t size) {
  return "AT Goloman +1.000000000 " + LongReport(size).substr(6) + "\n";
}

TEST(ACommand, IsOneLine) {
  Conversation()
      .Send("IAMAT kiwi +1+1")
      .Expect("")
      .Send(" 4")
      .Expect("")
      .Send("\n")
      .Expect(kReported)
      .Play();
}

TEST(ALineEnd, MayBeACarriageReturnAndALineFeed) {
  Conversation()
      .Send("IAMAT kiwi +1+1 4\r\nhello\r\n\r\nIAMAT kiwi +1+1 4\r\n")
      .Expect(std::string(kReported) + "? hello\n" + kReported)
      .Play();
}

TEST(ABlankLine, HasNoReply) {
  Conversation()
      .Send("\n\n \n\r\n\t\v\f \r\n")
      .Expect("")
      .Send("\n" + std::string(kReport) + "\n")
      .Expect(kReported)
      .ExpectOpen()
      .Play();
}

TEST(ANoBreakSpace, IsNoWhiteSpace) {
  Conversation().Send("\xc2\xa0\n").Expect("? \xc2\xa0\n").Play();
}

TEST(AConnection, CarriesAnyNumberOfCommands) {
  std::string sent;
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string operands = "phone" + std::to_string(i) + " +1+1 4\n";
    sent += i % 7 == 0 ? "\n" : "IAMAT " + operands;
    expected += i % 7 == 0 ? "" : "AT Goloman +1.000000000 " + operands;
  }
  Conversation().Send(sent).Expect(expected).Play();
}

TEST(AHalfClose, WithNothingBehindTheLastLineEndClosesOnceAllIsSaid) {
  Conversation().Send(kReport).HalfClose().Expect(kReported).ExpectClosed().Play();
}

TEST(AHalfClose, MakesTheBytesBehindTheLastLineEndACommand) {
  Conversation()
      .Send("\nIAMAT kiwi +1+1 4")
      .Expect("")
      .HalfClose()
      .Expect(kReported)
      .ExpectClosed()
      .Play();
}

TEST(AHalfClose, BehindBytesThatAreNoCommandBringsThemBack) {
  Conversation().Send("hel lo ").HalfClose().Expect("? hel lo \n").ExpectClosed().Play();
}

TEST(AHalfClose, BehindBlankBytesHasNoReply) {
  Conversation().Send(" \t\r").HalfClose().Expect("").ExpectClosed().Play();
}

// No "\n" followed, so there is no line end to leave out.
TEST(AHalfClose, BehindACarriageReturnBringsItBackToo) {
  Conversation().Send("hello\r").HalfClose().Expect("? hello\r\n").ExpectClosed().Play();
}

TEST(AHalfClose, WaitsForAWhatsatThatIsOwed) {
  Conversation()
      .Send(std::string(kReport) + "WHATSAT kiwi 10 5")
      .HalfClose()
      .Expect(kReported)
      .ExpectOpen()
      .Answer(0, "{}")
      .Expect(std::string(kReported) + "{}\n\n")
      .ExpectClosed()
      .Play();
}

TEST(AHalfClose, WaitsForEveryReplyThatIsOwed) {
  Conversation()
      .Send(std::string(kReport) + "WHATSAT kiwi 10 5\nhello\nWHATSAT kiwi 1 1\nbye")
      .HalfClose()
      .Expect(kReported)
      .Answer(1, "{1}")
      .Expect("")
      .ExpectOpen()
      .Answer(0, "{0}")
      .Expect(std::string(kReported) + "{0}\n\n? hello\n" + kReported + "{1}\n\n? bye\n")
      .ExpectClosed()
      .Play();
}

TEST(ALineOf8192Bytes, IsACommand) {
  for (const char* end : {"\n", "\r\n"}) {
    Conversation()
        .Send(LongReport(kLongest) + end + kReport)
        .Expect(LongReported(kLongest) + kReported)
        .ExpectOpen()
        .Play();
  }
  Conversation()
      .Send(LongReport(kLongest))
      .Expect("")
      .HalfClose()
      .Expect(LongReported(kLongest))
      .ExpectClosed()
      .Play();
}

TEST(AnInvalidLineOf8192Bytes, ComesBackWhole) {
  const std::string line(kLongest, 'x');
  for (const char* end : {"\n", "\r\n"}) {
    Conversation().Send(line + end).Expect("? " + line + "\n").ExpectOpen().Play();
  }
}

TEST(ALineOf8193Bytes, GetsItsFirst8192BytesBackAndIsTheLast) {
  const std::string line(kLongest + 1, 'x');
  for (const char* behind : {"\n", "\r\n", "\nIAMAT kiwi +1+1 4\n", "x", "yy\n"}) {
    Conversation()
        .Send(line + behind)
        .Expect("? " + std::string(kLongest, 'x') + "\n")
        .ExpectClosed()
        .Play();
  }
}

TEST(ALineOf8193Bytes, IsTooLongWhateverItSays) {
  const std::string report = LongReport(kLongest + 1);
  Conversation()
      .Send(report + "\n")
      .Expect("? " + report.substr(0, kLongest) + "\n")
      .ExpectClosed()
      .Play();
  const std::string blank(kLongest + 1, ' ');
  Conversation()
      .Send(blank + "\n")
      .Expect("? " + blank.substr(0, kLongest) + "\n")
      .ExpectClosed()
      .Play();
}

TEST(ALineOf8193Bytes, IsSeenAsSoonAsItsLastByteIsThere) {
  Conversation()
      .Send(std::string(kLongest, 'x'))
      .Expect("")
      .ExpectOpen()
      .Send("x")
      .Expect("? " + std::string(kLongest, 'x') + "\n")
      .ExpectClosed()
      .Play();
}

TEST(ACarriageReturnBehind8192Bytes, MayBeginALineEnd) {
  const std::string line(kLongest, 'x');
  Conversation()
      .Send(line + "\r")
      .Expect("")
      .ExpectOpen()
      .Send("\n")
      .Expect("? " + line + "\n")
      .ExpectOpen()
      .Play();
  Conversation()
      .Send(line + "\r")
      .Expect("")
      .Send("x")
      .Expect("? " + line + "\n")
      .ExpectClosed()
      .Play();
  Conversation().Send(line + "\r").HalfClose().Expect("? " + line + "\n").ExpectClosed().Play();
}

TEST(ALineThatIsTooLong, IsCutOffBehindTheRepliesThatAreOwed) {
  Conversation()
      .Send(std::string(kReport) + "WHATSAT kiwi 10 5\nhello\n" + std::string(kLongest + 1, 'x'))
      .Expect(kReported)
      .ExpectOpen()
      .Answer(0, "{}")
      .Expect(std::string(kReported) + "{}\n\n? hello\n? " + std::string(kLongest, 'x') + "\n")
      .ExpectClosed()
      .Play();
}

TEST(ALineThatIsTooLong, IsTheEndOfWhatIsRead) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(std::string(kLongest + 1, 'x') + "\n" + kReport);
  EXPECT_TRUE(client.cut_off());
  client.Send(kReport);
  client.HalfClose();
  EXPECT_EQ(client.Receive(), "? " + std::string(kLongest, 'x') + "\n");
  EXPECT_TRUE(client.finished());
  EXPECT_EQ(herd.updates(), 0u);
}

TEST(ALineThatIsTooLong, GetsBytesBackThatAreNotUtf8) {
  const std::string line(kLongest + 5, '\xff');
  Conversation().Send(line).Expect("? " + line.substr(0, kLongest) + "\n").ExpectClosed().Play();
}

TEST(AHalfClose, IsNotACutOff) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(kReport);
  client.HalfClose();
  EXPECT_TRUE(client.finished());
  EXPECT_FALSE(client.cut_off());
}

}  // namespace
}  // namespace herd
