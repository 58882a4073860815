// The log of a server, as somebody reads it who wants to know what happened.
#include <signal.h>

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::size_t Count(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

// Some lines reach the file within a second only.
bool AwaitLogged(const TestHerd& herd, const std::string& server, const std::string& what,
                 std::size_t times) {
  return Eventually([&] { return Count(herd.Log(server), what) >= times; });
}

TEST(Log, HasEachLineInAndOutWithThePeersAddressWhenAskedTo) {
  Upstream places;
  TestHerd herd({.places_url = places.Url(), .further_arguments = {"--traffic-log"}});
  herd.Start("Goloman");
  const std::string iamat = Iamat("walker", "1520023934.5");
  const std::string at = Converse(herd.Port("Goloman"), iamat + "\n");
  Converse(herd.Port("Goloman"), Whatsat("walker", 1) + "\r\nodd\x1b[2J\n");
  herd.Terminate("Goloman");
  const std::string log = herd.Log("Goloman");
  const std::string peer = "client 1 127\\.[0-9.]+:[0-9]+ ";
  EXPECT_THAT(log, ContainsRegex(peer + "connected\n"));
  EXPECT_THAT(log, ContainsRegex(peer + "<- IAMAT walker [+]34"));
  EXPECT_THAT(log, ContainsRegex(peer + "-> AT Goloman "));
  EXPECT_THAT(log, ContainsRegex(peer + "left\n"));
  EXPECT_EQ(Count(log, "<- " + iamat + "\n"), 1);
  EXPECT_EQ(Count(log, "-> " + at), 2);
  EXPECT_EQ(Count(log, "<- " + Whatsat("walker", 1)), 1);
  EXPECT_EQ(Count(log, "\"name\" : \"North\""), 1);
  EXPECT_EQ(Count(log, "-> ? odd\\x1b[2J\n"), 1);
}

TEST(Log, HasNoLineOfClientsWhenNotAskedTo) {
  TestHerd herd;
  herd.Start("Goloman");
  Converse(herd.Port("Goloman"), Iamat("walker", "1520023934.5") + "\n");
  herd.Terminate("Goloman");
  EXPECT_THAT(herd.Log("Goloman"), HasSubstr("Goloman has stopped"));
  EXPECT_THAT(herd.Log("Goloman"), Not(HasSubstr("walker")));
}

// Lets Goloman try in vain to connect to Holiday that often.
void RefuseAtHoliday(const TestHerd& herd, int times) {
  BoundPort port(herd.config().Find("Holiday")->propagate_port);
  port.Listen();
  for (int i = 0; i < times; ++i) EXPECT_TRUE(port.AcceptAndClose());
}

TEST(Log, TellsOnceThatANeighborWentAwayAndOnceThatItIsBackHoweverOftenItWasTried) {
  constexpr int kTries = 4;
  TestHerd herd;
  herd.Start("Goloman");
  herd.Start("Holiday");
  ASSERT_TRUE(herd.AwaitLinksUp());
  herd.Kill("Holiday");
  RefuseAtHoliday(herd, kTries);
  ASSERT_TRUE(AwaitLogged(herd, "Goloman", "link to Holiday at ", 2));
  const std::string away = herd.Log("Goloman");
  EXPECT_EQ(Count(away, "is up"), 1) << away;
  EXPECT_EQ(Count(away, "is down"), 1) << away;
  EXPECT_EQ(Count(away, "cannot open the link to Holiday"), 0) << away;

  herd.Start("Holiday");
  ASSERT_TRUE(herd.AwaitLinksUp());
  herd.Terminate("Goloman");
  const std::string back = herd.Log("Goloman");
  EXPECT_EQ(Count(back, "link to Holiday at "), 3) << back;
  EXPECT_EQ(Count(back, "is up"), 2) << back;
  EXPECT_EQ(Count(back, "is down"), 1) << back;
}

TEST(Log, TellsOfALinkThatBreaksWhileItIsBusyAsOfAnyOther) {
  constexpr int kReports = 5000;
  TestHerd herd;
  herd.StartAllLinked();
  TextClient reporter(herd.Port("Goloman"));
  std::string input;
  for (int i = 0; i < kReports; ++i) {
    absl::StrAppend(&input, Iamat(absl::StrCat("walker-", i), "1520023934"), "\n");
  }
  reporter.Send(input);
  reporter.ReadLines(kReports / 10);
  herd.Kill("Holiday");
  ASSERT_TRUE(AwaitLogged(herd, "Goloman", "link to Holiday at ", 2));
  herd.Terminate("Goloman");
  const std::string log = herd.Log("Goloman");
  EXPECT_EQ(Count(log, "link to Holiday at "), 2) << log;
  EXPECT_THAT(log, ContainsRegex("link to Holiday at [0-9.:]+ is down"));
}

TEST(Log, TellsWhenPlacesBeginsToFailNotEachTime) {
  TestHerd herd;
  herd.Start("Goloman");
  TextClient client(herd.Port("Goloman"));
  client.Ask(Iamat("walker", "1520023934"));
  client.Send(Whatsat("walker") + "\n" + Whatsat("walker") + "\n" + Whatsat("walker") + "\n");
  client.HalfClose();
  EXPECT_EQ(Count(client.ReadToEnd(), "could not be reached"), 3);
  herd.Terminate("Goloman");
  EXPECT_EQ(Count(herd.Log("Goloman"), "fails: "), 1) << herd.Log("Goloman");
}

}  // namespace
}  // namespace herd::test
