// What clients get when Places fails in all its ways: their AT lines, an honest word, and no wait
// for anybody who did not ask.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

class PlacesFailure : public testing::Test {
 protected:
  // One connection says where it is, asks what is near, and is on its way again. `upstream` may be
  // null: nobody is there.
  void ExpectToBeTold(const std::string& error_message, const Upstream* upstream) {
    TestHerd herd({.places_url = upstream == nullptr ? "" : upstream->Url()});
    herd.Start("Goloman");
    TextClient client(herd.Port("Goloman"));
    const std::string at = client.Ask(Iamat("walker", "1520023934"));
    const std::string next = Iamat("walker", "1520023935");
    client.Send(Whatsat("walker") + "\n" + next + "\n");
    ExpectOthersToBeAnswered(herd);
    client.HalfClose();
    const std::string expected = at + FailureDocument("UNKNOWN_ERROR", error_message) + "\n\n";
    const std::string output = client.ReadToEnd();
    EXPECT_EQ(output.substr(0, expected.size()), expected);
    const std::string rest = output.substr(std::min(output.size(), expected.size()));
    EXPECT_TRUE(IsReplyTo(next, "Goloman", rest)) << "the IAMAT behind it was answered: " << rest;
    EXPECT_TRUE(upstream == nullptr || upstream->requests() > 0);
  }

  void ExpectOthersToBeAnswered(const TestHerd& herd) {
    for (int i = 0; i < 20; ++i) {
      const std::string iamat = Iamat(absl::StrCat("other-", i), "1520023934");
      EXPECT_TRUE(IsReplyTo(iamat, "Goloman", TextClient(herd.Port("Goloman")).Ask(iamat)));
    }
  }
};

TEST_F(PlacesFailure, RefusedConnectionsAreToldAsPlacesThatCouldNotBeReached) {
  ExpectToBeTold("Places could not be reached.", nullptr);
}

TEST_F(PlacesFailure, SilenceIsToldWhenTheTimeLimitIsOver) {
  const Upstream upstream(Behaviour::kSilent);
  ExpectToBeTold("Places did not answer within the time limit.", &upstream);
}

TEST_F(PlacesFailure, GarbageIsToldAsAnAnswerThatBrokeOff) {
  const Upstream upstream(Behaviour::kGarbage);
  ExpectToBeTold("Places broke off before its answer was complete.", &upstream);
}

TEST_F(PlacesFailure, AnAnswerThatIsNotJsonIsToldAsOneThatCannotBeUsed) {
  const Upstream upstream(Behaviour::kNoJson);
  ExpectToBeTold("Places sent an answer that cannot be used: it is not JSON.", &upstream);
}

TEST_F(PlacesFailure, HttpStatus500IsToldWithItsNumber) {
  const Upstream upstream(Behaviour::kError500);
  ExpectToBeTold("Places answered with HTTP status 500.", &upstream);
}

TEST_F(PlacesFailure, ATruncatedAnswerIsToldAsOneThatBrokeOff) {
  const Upstream upstream(Behaviour::kTruncated);
  ExpectToBeTold("Places broke off before its answer was complete.", &upstream);
}

TEST_F(PlacesFailure, TheAtLineIsOfThePositionThatWasAskedAboutThoughTheClientMovesMeanwhile) {
  const Upstream upstream(Behaviour::kSilent);
  TestHerd herd({.places_url = upstream.Url()});
  herd.Start("Goloman");
  TextClient asker(herd.Port("Goloman"));
  const std::string at = asker.Ask(Iamat("walker", "1520023934", "+1.5-2.5"));
  asker.Send(Whatsat("walker") + "\n");
  ASSERT_TRUE(Eventually([&] { return upstream.requests() == 1; }));
  const std::string moved = Iamat("walker", "1520023999", "+3.5-4.5");
  EXPECT_TRUE(IsReplyTo(moved, "Goloman", TextClient(herd.Port("Goloman")).Ask(moved)));
  EXPECT_EQ(asker.ReadLine(), at);
}

TEST_F(PlacesFailure, WhoWaitsIsAnsweredWhenTheServerIsToldToStop) {
  const Upstream upstream(Behaviour::kSilent);
  TestHerd herd({.places_url = upstream.Url(),
                 .leave_seconds = 4,
                 .further_arguments = {"--places-timeout-ms", "600000", "--places-calls", "1"}});
  herd.Start("Goloman");
  TextClient asker(herd.Port("Goloman"));
  const std::string one = asker.Ask(Iamat("one", "1520023934", "+1.5-2.5"));
  const std::string two = asker.Ask(Iamat("two", "1520023934", "+3.5-4.5"));
  asker.Send(Whatsat("one") + "\n" + Whatsat("two") + "\n");
  ASSERT_TRUE(Eventually([&] { return herd.StatusOf("Goloman").places().waiting() == 2; }));
  herd.Terminate("Goloman");
  const std::string stopping = FailureDocument("UNKNOWN_ERROR", "The server is stopping.") + "\n\n";
  EXPECT_EQ(asker.ReadToEnd(), one + stopping + two + stopping);
}

TEST_F(PlacesFailure, TheKeyStandsNeitherInAReplyNorInTheLog) {
  constexpr char kKey[] = "AIza-not-to-be-seen";
  const Upstream upstream(Behaviour::kGarbage);
  const TempDir directory;
  WriteFile(directory.File("key"), std::string(kKey) + "\n");
  TestHerd herd(
      {.places_url = upstream.Url(),
       .further_arguments = {"--traffic-log", "--places-key-file", directory.File("key")}});
  herd.Start("Goloman");
  const std::string output =
      Converse(herd.Port("Goloman"), Iamat("walker", "1520023934") + "\n" + Whatsat("walker"));
  EXPECT_NE(output.find("UNKNOWN_ERROR"), std::string::npos) << output;
  EXPECT_EQ(output.find(kKey), std::string::npos) << output;
  herd.Terminate("Goloman");
  EXPECT_NE(herd.Log("Goloman").find("fails: "), std::string::npos);
  EXPECT_EQ(herd.Log("Goloman").find(kKey), std::string::npos);
}

}  // namespace
}  // namespace herd::test
