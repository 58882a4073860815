// Servers that are away, come late or come back: all end with the same, with nobody sending again.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/conversation.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

// Reports clients PREFIX-0 to PREFIX-(count-1) there.
void Report(const TestHerd& herd, const std::string& server, const std::string& prefix, int count) {
  std::vector<Conversation> conversation(1);
  conversation[0].port = herd.Port(server);
  for (int i = 0; i < count; ++i) {
    const std::string id = absl::StrCat(prefix, "-", i);
    conversation[0].input += Iamat(id, absl::StrCat(1520023934 + i)) + "\n";
  }
  HaveAll(&conversation);
  const std::string& output = conversation[0].output;
  EXPECT_TRUE(conversation[0].ended);
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), count) << server;
}

// The AT line with which that server answers a WHATSAT.
std::string AtLineAt(const TestHerd& herd, const std::string& server, const std::string& id) {
  return std::string(AtLine(Converse(herd.Port(server), Whatsat(id))));
}

void ExpectKnownEverywhere(const TestHerd& herd, const std::string& id, const std::string& from) {
  const std::string line = AtLineAt(herd, "Goloman", id);
  EXPECT_EQ(line.rfind("AT " + from + " ", 0), 0) << line;
  for (const std::string& name : herd.Names()) EXPECT_EQ(AtLineAt(herd, name, id), line) << name;
}

void ExpectClients(TestHerd& herd, std::uint64_t clients) {
  const auto statuses = herd.GetStatus();
  EXPECT_EQ(statuses.size(), 5);
  for (const auto& status : statuses) EXPECT_EQ(status.clients(), clients) << status.server();
}

void AwaitConvergedAloud(TestHerd& herd) {
  ASSERT_TRUE(herd.AwaitLinksUp());
  const auto took = herd.AwaitConverged();
  ASSERT_TRUE(took);
  std::cout << "from links up to all the same: " << took->count() << " ms\n";
}

TEST(Recovery, AServerThatWasKilledKnowsEverythingAgainWithNobodySendingAnything) {
  TestHerd herd;
  herd.StartAllLinked();
  Report(herd, "Holiday", "before", 500);
  Report(herd, "Wilkes", "moved", 1);
  ASSERT_TRUE(herd.AwaitConverged());
  herd.Kill("Holiday");
  Report(herd, "Goloman", "west", 500);
  Report(herd, "Welsh", "south", 500);
  const std::string moved = Iamat("moved-0", "1520029999", "+1.5-2.5");
  EXPECT_TRUE(IsReplyTo(moved, "Welsh", TextClient(herd.Port("Welsh")).Ask(moved)));
  herd.Start("Holiday");
  AwaitConvergedAloud(herd);
  ExpectClients(herd, 1501);
  ExpectKnownEverywhere(herd, "before-499", "Holiday");
  ExpectKnownEverywhere(herd, "west-499", "Goloman");
  ExpectKnownEverywhere(herd, "south-499", "Welsh");
  ExpectKnownEverywhere(herd, "moved-0", "Welsh");
}

TEST(Recovery, AServerThatIsStartedLateGetsEverything) {
  TestHerd herd;
  for (const char* const name : {"Goloman", "Hands", "Holiday", "Wilkes"}) herd.Start(name);
  Report(herd, "Hands", "early", 300);
  ASSERT_TRUE(herd.AwaitConverged());
  herd.Start("Welsh");
  AwaitConvergedAloud(herd);
  ExpectClients(herd, 300);
  ExpectKnownEverywhere(herd, "early-299", "Hands");
}

TEST(Recovery, AServerWhoseNeighborsAreDownServesClientsAtOnceAndTellsThemLater) {
  TestHerd herd;
  herd.Start("Welsh");
  Report(herd, "Welsh", "lonely", 100);
  const std::string line = AtLineAt(herd, "Welsh", "lonely-99");
  EXPECT_EQ(line.rfind("AT Welsh ", 0), 0) << line;
  for (const char* const name : {"Goloman", "Hands", "Holiday", "Wilkes"}) herd.Start(name);
  AwaitConvergedAloud(herd);
  ExpectClients(herd, 100);
  ExpectKnownEverywhere(herd, "lonely-99", "Welsh");
}

TEST(Recovery, WhenEachServerIsRestartedInTurnEveryClientStaysKnown) {
  TestHerd herd;
  herd.StartAllLinked();
  for (const std::string& name : herd.Names()) Report(herd, name, "of-" + name, 100);
  ASSERT_TRUE(herd.AwaitConverged());
  for (const std::string& name : herd.Names()) {
    herd.Terminate(name);
    herd.Start(name);
    AwaitConvergedAloud(herd);
    ExpectClients(herd, 500);
  }
  for (const std::string& name : herd.Names())
    ExpectKnownEverywhere(herd, "of-" + name + "-7", name);
}

TEST(Recovery, AServerThatComesBackCatchesUpOn20000Clients) {
  TestHerd herd;
  herd.StartAllLinked();
  herd.Kill("Welsh");
  Report(herd, "Hands", "crowd", 20'000);
  herd.Start("Welsh");
  AwaitConvergedAloud(herd);
  ExpectClients(herd, 20'000);
  ExpectKnownEverywhere(herd, "crowd-19999", "Hands");
}

TEST(Recovery, ANeighborThatTakesNoStepHoldsUpNobodyAndCatchesUpWhenItWakes) {
  TestHerd herd;
  herd.StartAllLinked();
  herd.Server("Holiday").Stop();
  Report(herd, "Goloman", "meanwhile", 5'000);
  Report(herd, "Welsh", "beyond", 5'000);
  herd.Server("Holiday").Continue();
  AwaitConvergedAloud(herd);
  ExpectClients(herd, 10'000);
  ExpectKnownEverywhere(herd, "beyond-4999", "Welsh");
}

TEST(Recovery, AServerThatIsKilledInTheMiddleOfAStreamOfReportsEndsUpWithAllOfThem) {
  TestHerd herd;
  herd.StartAllLinked();
  TextClient reporter(herd.Port("Goloman"));
  for (int i = 0; i < 3000; ++i) {
    if (i % 1000 == 500) herd.Kill("Holiday");
    if (i % 1000 == 900) herd.Start("Holiday");
    const std::string iamat = Iamat(absl::StrCat("stream-", i), "1520023934");
    ASSERT_TRUE(IsReplyTo(iamat, "Goloman", reporter.Ask(iamat)));
  }
  AwaitConvergedAloud(herd);
  ExpectClients(herd, 3000);
}

}  // namespace
}  // namespace herd::test
