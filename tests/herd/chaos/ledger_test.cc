// The judge of the chaos: that it sees what it has to.
#include "tests/herd/chaos/ledger.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/herd/chaos/durations.h"
#include "tests/herd/chaos/graph.h"

namespace herd::test {
namespace {

std::string AtLineOf(const Report& report) {
  return "AT Hands +0.000000001 " + report.Iamat().substr(sizeof("IAMAT"));
}

class ALedger : public testing::Test {
 protected:
  // Two servers say this of the one client.
  Ledger::Findings Check(const std::string& one, const std::string& other) {
    return ledger_.Check({{one}, {other}});
  }

  Ledger ledger_{1};
  const Report old_ = ledger_.Next(0);
  const Report present_ = ledger_.Next(0);
};

TEST_F(ALedger, IsContentWithWhatWasAcknowledgedOrReportedLater) {
  EXPECT_FALSE(Check("", "").any());
  ledger_.Acknowledge(old_, "Hands");
  EXPECT_FALSE(Check(AtLineOf(old_), AtLineOf(old_)).any());
  EXPECT_FALSE(Check(AtLineOf(present_), AtLineOf(present_)).any());
}

TEST_F(ALedger, FindsWhatWasAcknowledgedAndIsNotThere) {
  ledger_.Acknowledge(present_, "Hands");
  EXPECT_EQ(Check("", "").lost, 1);
  EXPECT_EQ(Check(AtLineOf(old_), AtLineOf(old_)).lost, 1);
  EXPECT_EQ(Check(AtLineOf(present_), AtLineOf(present_)).lost, 0);
}

TEST_F(ALedger, FindsServersThatDiffer) {
  EXPECT_EQ(Check(AtLineOf(old_), AtLineOf(present_)).differing, 1);
  EXPECT_EQ(Check(AtLineOf(old_), "").differing, 1);
  std::string other_server = AtLineOf(old_);
  other_server.replace(3, 5, "Welsh");
  EXPECT_EQ(Check(AtLineOf(old_), other_server).differing, 1);
}

TEST_F(ALedger, FindsWhatNobodyReported) {
  const std::string never = AtLineOf({.client = 0, .tick = present_.tick + 1});
  EXPECT_EQ(Check(never, never).invented, 1);
  std::string moved = AtLineOf(present_);
  moved.replace(moved.find(".25 "), 4, ".75 ");
  EXPECT_EQ(Check(moved, moved).invented, 1);
}

TEST_F(ALedger, SaysWhoAcknowledgedWhatIsLost) {
  ledger_.Acknowledge(present_, "Hands");
  const std::vector<std::string> examples = Check("", "").examples;
  ASSERT_EQ(examples.size(), 1);
  EXPECT_NE(examples[0].find("Hands acknowledged '" + present_.Iamat() + "'"), std::string::npos)
      << examples[0];
}

TEST(Durations, AreToldByTheirRank) {
  Durations durations;
  EXPECT_EQ(durations.Percentile(0.99), Milliseconds(0));
  for (int i = 100; i > 0; --i) durations.Add(Milliseconds(i));
  EXPECT_EQ(durations.Percentile(0.5), Milliseconds(50));
  EXPECT_EQ(durations.ToString(), "p50 50 ms, p99 99 ms, longest 100 ms of 100");
}

TEST(Components, AreTheServersThatReachEachOther) {
  const std::vector<Edge> edges = {{"b", "c"}, {"c", "d"}, {"a", "e"}};
  EXPECT_EQ(Components({"a", "b", "d", "e"}, edges),
            (std::vector<Servers>{{"a", "e"}, {"b"}, {"d"}}));
  EXPECT_EQ(Components({"a", "b", "c", "d"}, edges),
            (std::vector<Servers>{{"a"}, {"b", "c", "d"}}));
}

}  // namespace
}  // namespace herd::test
