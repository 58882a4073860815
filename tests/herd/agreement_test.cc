// Reports that meet: whoever gets them, all servers end with the same one.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/conversation.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

constexpr int kRounds = 200;

class Agreement : public testing::Test {
 protected:
  Agreement() {
    herd_.StartAllLinked();
    for (const std::string& name : herd_.Names()) {
      clients_[name] = std::make_unique<TextClient>(herd_.Port(name));
    }
  }

  std::pair<std::string, std::string> TwoServers() {
    std::vector<std::string> names = herd_.Names();
    std::shuffle(names.begin(), names.end(), random_);
    return {names[0], names[1]};
  }

  // Both are on their way before either is answered.
  void ReportAtOnce(const std::pair<std::string, std::string>& servers, const std::string& first,
                    const std::string& second) {
    TextClient& one = *clients_.at(servers.first);
    TextClient& other = *clients_.at(servers.second);
    one.Send(first + "\n");
    other.Send(second + "\n");
    ASSERT_TRUE(IsReplyTo(first, servers.first, one.ReadLine()));
    ASSERT_TRUE(IsReplyTo(second, servers.second, other.ReadLine()));
  }

  // What that server says of those clients: their AT lines, and the places.
  std::string AskAll(const std::string& server, const std::vector<std::string>& ids) {
    std::vector<Conversation> conversation(1);
    conversation[0].port = herd_.Port(server);
    for (const std::string& id : ids) conversation[0].input += Whatsat(id, 0) + "\n";
    HaveAll(&conversation);
    EXPECT_TRUE(conversation[0].ended) << server;
    return conversation[0].output;
  }

  void ExpectAllSayTheSame(const std::vector<std::string>& ids) {
    ASSERT_TRUE(herd_.AwaitConverged());
    const std::string first = AskAll("Goloman", ids);
    for (const std::string& name : herd_.Names()) EXPECT_EQ(AskAll(name, ids), first) << name;
  }

  // The name of the server that got the report of that client which won, and its position and time.
  std::pair<std::string, std::string> Winner(const std::string& id) {
    const std::string at = clients_.at("Welsh")->Ask(Whatsat(id, 0));
    while (clients_.at("Welsh")->ReadLine() != "\n") {
    }
    const std::string server = at.substr(3, at.find(' ', 3) - 3);
    return {server, std::string(AfterSkew(at, server))};
  }

  Upstream upstream_;
  TestHerd herd_{{.places_url = upstream_.Url()}};
  std::map<std::string, std::unique_ptr<TextClient>> clients_;
  std::mt19937 random_{4711};
};

TEST_F(Agreement, OfTwoReportsOneNanosecondApartTheLaterWinsOnAllFive) {
  std::vector<std::string> ids;
  std::vector<std::pair<std::string, std::string>> later;
  for (int round = 0; round < kRounds; ++round) {
    ids.push_back(absl::StrCat("racer-", round));
    const auto servers = TwoServers();
    const std::string early = Iamat(ids.back(), "1520023934.918963996", "+1.5-2.5");
    const std::string late = Iamat(ids.back(), "1520023934.918963997", "+3.5-4.5");
    const bool late_first = random_() % 2 == 0;
    ReportAtOnce(servers, late_first ? late : early, late_first ? early : late);
    later.emplace_back(late_first ? servers.first : servers.second, late.substr(6) + "\n");
  }
  ExpectAllSayTheSame(ids);
  for (int round = 0; round < kRounds; ++round) EXPECT_EQ(Winner(ids[round]), later[round]);
}

TEST_F(Agreement, OfTwoReportsAtTheSameNanosecondAllFiveKeepTheSame) {
  std::vector<std::string> ids;
  std::vector<std::pair<std::string, std::string>> expected;
  for (int round = 0; round < kRounds; ++round) {
    ids.push_back(absl::StrCat("twin-", round));
    const auto servers = TwoServers();
    const std::string here = Iamat(ids.back(), "1520023934.918963997", "+1.5-2.5");
    const std::string there = Iamat(ids.back(), "1520023934.918963997", "+3.5-4.5");
    ReportAtOnce(servers, here, there);
    // Among equal times the greater name counts.
    const bool first_wins = servers.first > servers.second;
    expected.emplace_back(first_wins ? servers.first : servers.second,
                          (first_wins ? here : there).substr(6) + "\n");
  }
  ExpectAllSayTheSame(ids);
  for (int round = 0; round < kRounds; ++round) EXPECT_EQ(Winner(ids[round]), expected[round]);
}

TEST_F(Agreement, OfAClientThatReportsAtTwoServersAgainAndAgainAllFiveKeepTheLast) {
  constexpr char kId[] = "hurried";
  for (int round = 0; round < kRounds; ++round) {
    const auto time = [&](int tick) {
      return absl::StrFormat("1520023934.%09d", 2 * round + tick);
    };
    ReportAtOnce(TwoServers(), Iamat(kId, time(0)), Iamat(kId, time(1)));
  }
  ExpectAllSayTheSame({kId});
  EXPECT_EQ(Winner(kId).second,
            absl::StrFormat("%s %s 1520023934.%09d\n", kId, kPosition, 2 * kRounds - 1));
}

TEST_F(Agreement, AnOlderReportIsAnsweredAndChangesNothingAnywhere) {
  const std::string now = Iamat("steady", "1520023934.5", "+1.5-2.5");
  const std::string before = Iamat("steady", "1520023934.499999999", "+3.5-4.5");
  EXPECT_TRUE(IsReplyTo(now, "Hands", clients_.at("Hands")->Ask(now)));
  ASSERT_TRUE(herd_.AwaitConverged());
  EXPECT_TRUE(IsReplyTo(before, "Welsh", clients_.at("Welsh")->Ask(before)));
  ExpectAllSayTheSame({"steady"});
  EXPECT_EQ(Winner("steady").first, "Hands");
}

}  // namespace
}  // namespace herd::test
