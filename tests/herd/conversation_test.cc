// What one person with nc sees of a herd of five.
#include <string>

#include "gtest/gtest.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

constexpr char kKiwi[] = "IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1520023934.918963997";

TEST(Conversation, APositionReportedAtGolomanIsKnownAtWelshAndAtEveryOtherServer) {
  Upstream places;
  TestHerd herd({.places_url = places.Url()});
  herd.StartAllLinked();
  TextClient reporter(herd.Port("Goloman"));
  reporter.Send(std::string(kKiwi) + "\n");
  reporter.HalfClose();
  const std::string at = reporter.ReadOnce();
  EXPECT_TRUE(IsReplyTo(kKiwi, "Goloman", at)) << at;
  EXPECT_EQ(reporter.ReadOnce(), "") << "there is more than one reply";
  ASSERT_TRUE(herd.AwaitConverged());

  for (const char* const name : {"Welsh", "Goloman", "Hands", "Holiday", "Wilkes"}) {
    TextClient asker(herd.Port(name));
    asker.Send("WHATSAT kiwi.cs.ucla.edu 10 5\n");
    asker.HalfClose();
    // Many real clients read once, so all has to be there at once.
    EXPECT_EQ(asker.ReadOnce(), at + kTwoPlaces + "\n\n") << name;
    EXPECT_EQ(asker.ReadOnce(), "") << name;
  }
}

TEST(Conversation, AnAnswerToAHalfClosedClientComesAlsoWithoutALineEnd) {
  Upstream places;
  TestHerd herd({.places_url = places.Url()});
  herd.Start("Goloman");
  const std::string at = Converse(herd.Port("Goloman"), kKiwi);
  EXPECT_TRUE(IsReplyTo(kKiwi, "Goloman", at)) << at;
  EXPECT_EQ(Converse(herd.Port("Goloman"), "\r\n \nWHATSAT kiwi.cs.ucla.edu 10 1"),
            at + kOnePlace + "\n\n");
  EXPECT_EQ(Converse(herd.Port("Goloman"), "WHATSAT kiwi.cs.ucla.edu 10 0\r\nbye"),
            at + kNoPlace + "\n\n? bye\n");
  EXPECT_EQ(Converse(herd.Port("Goloman"), " \t\n\n"), "");
}

TEST(Conversation, AConnectionThatBreaksOffInTheMiddleOfACommandLeavesNothingBehind) {
  TestHerd herd;
  herd.Start("Goloman");
  for (int i = 0; i < 50; ++i) {
    TextClient leaver(herd.Port("Goloman"));
    leaver.Send("IAMAT half-said +34.068930-118.44");
    leaver.Reset();
  }
  TextClient stayer(herd.Port("Goloman"));
  EXPECT_EQ(stayer.Ask("WHATSAT half-said 10 5"), "? WHATSAT half-said 10 5\n");
  EXPECT_TRUE(IsReplyTo(kKiwi, "Goloman", stayer.Ask(kKiwi)));
  EXPECT_EQ(herd.GetStatus().at(0).clients(), 1);
}

TEST(Conversation, ALineOfTheGreatestLengthIsAnsweredAndTheConnectionLives) {
  TestHerd herd;
  herd.Start("Goloman");
  TextClient client(herd.Port("Goloman"));
  const std::string longest(8192, 'x');
  EXPECT_EQ(client.Ask(longest), "? " + longest + "\n");
  EXPECT_EQ(client.Ask(longest + "\r"), "? " + longest + "\n");
  EXPECT_TRUE(IsReplyTo(kKiwi, "Goloman", client.Ask(kKiwi)));
}

TEST(Conversation, AnOverlongLineIsAnsweredIntactThoughTheClientSendsAMegabyteMore) {
  TestHerd herd;
  herd.Start("Goloman");
  const std::string first = std::string(8192, 'y');
  for (const std::size_t beyond : {std::size_t{1}, std::size_t{1} << 20}) {
    TextClient client(herd.Port("Goloman"));
    client.Send(std::string(kKiwi) + "\n" + first + std::string(beyond, 'z'));
    if (beyond == 1) client.Send("\n");
    EXPECT_TRUE(IsReplyTo(kKiwi, "Goloman", client.ReadLine()));
    EXPECT_EQ(client.ReadToEnd(), "? " + first + "\n") << beyond << " bytes too many";
  }
  EXPECT_TRUE(IsReplyTo(kKiwi, "Goloman", TextClient(herd.Port("Goloman")).Ask(kKiwi)));
}

}  // namespace
}  // namespace herd::test
