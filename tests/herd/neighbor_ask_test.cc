// Clients that ask a neighbor at once for what they have just been told is had.
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/herd/chaos/graph.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

constexpr int kTries = 10'000;

// Both ways.
std::vector<Edge> Ways(const config::HerdConfig& herd) {
  std::vector<Edge> ways = EdgesOf(herd);
  for (const auto& [one, other] : EdgesOf(herd)) ways.emplace_back(other, one);
  return ways;
}

// The AT line of a reply whose places are read and thrown away.
std::string AskForLine(TextClient* client, const std::string& id) {
  std::string line = client->Ask(Whatsat(id, 0));
  if (line[0] == '?') return line;
  while (client->ReadLine().size() > 1) {
  }
  return line;
}

TEST(NeighborAsk, AClientThatAsksANeighborRightAfterItsReplyIsToldWhatItReported) {
  TestHerd herd;
  herd.StartAllLinked();
  herd.AwaitInSync();
  const std::vector<Edge> ways = Ways(herd.config());
  const int tries_a_way = kTries / static_cast<int>(ways.size()) + 1;
  int asked = 0;
  for (const auto& [from, to] : ways) {
    TextClient reporter(herd.Port(from));
    TextClient asker(herd.Port(to));
    for (int i = 0; i < tries_a_way; ++i, ++asked) {
      // New ones, and ones that have moved.
      const std::string id = absl::StrCat("seeker-", asked - asked % 2);
      const std::string reply = reporter.Ask(Iamat(id, absl::StrCat(1520023934 + asked)));
      ASSERT_EQ(AskForLine(&asker, id), reply) << "at " << to << " after " << from;
    }
  }
  std::cout << asked << " times asked over " << ways.size() << " ways, never too early\n";
}

}  // namespace
}  // namespace herd::test
