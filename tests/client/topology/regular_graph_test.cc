// Graphs of any size: all servers reached, as many neighbours each, few links from end to end.
#include "client/topology/regular_graph.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::client {
namespace {

using ::testing::ElementsAre;

bool IsConnectedWithout(const Graph& graph, std::size_t removed) {
  std::vector<bool> seen(graph.size(), false);
  seen[removed] = true;
  std::vector<std::size_t> next = {removed == 0 ? std::size_t{1} : 0};
  seen[next.front()] = true;
  std::size_t count = 1;
  while (!next.empty()) {
    const std::size_t here = next.back();
    next.pop_back();
    for (const int neighbor : graph[here]) {
      const auto there = static_cast<std::size_t>(neighbor);
      if (seen[there]) continue;
      seen[there] = true;
      ++count;
      next.push_back(there);
    }
  }
  return count == graph.size() - 1;
}

void ExpectSound(const Graph& graph) {
  for (std::size_t i = 0; i < graph.size(); ++i) {
    EXPECT_TRUE(std::is_sorted(graph[i].begin(), graph[i].end()));
    EXPECT_EQ(std::adjacent_find(graph[i].begin(), graph[i].end()), graph[i].end());
    for (const int neighbor : graph[i]) {
      EXPECT_NE(neighbor, static_cast<int>(i));
      const std::vector<int>& back = graph[static_cast<std::size_t>(neighbor)];
      EXPECT_NE(std::find(back.begin(), back.end(), static_cast<int>(i)), back.end());
    }
  }
}

TEST(RegularGraph, GivesEachServerItsNeighboursOrOneFewer) {
  for (const int servers : {3, 4, 5, 6, 7, 10, 12, 13, 31, 50, 100}) {
    for (const int degree : {2, 3, 4, 5, 6, 7}) {
      SCOPED_TRACE(std::to_string(servers) + " servers, degree " + std::to_string(degree));
      const Graph graph = RegularGraph(servers, degree);
      ExpectSound(graph);
      const auto wanted = static_cast<std::size_t>(std::min(degree, servers - 1));
      std::size_t fewer = 0;
      for (const std::vector<int>& neighbors : graph) {
        EXPECT_LE(neighbors.size(), wanted);
        EXPECT_GE(neighbors.size() + 1, wanted);
        fewer += neighbors.size() < wanted ? 1 : 0;
      }
      EXPECT_LE(fewer, 3);
    }
  }
}

TEST(RegularGraph, IsNotPartedByTheLossOfAnyOneServer) {
  for (const int servers : {3, 5, 12, 40}) {
    const Graph graph = RegularGraph(servers, 3);
    for (std::size_t i = 0; i < graph.size(); ++i) EXPECT_TRUE(IsConnectedWithout(graph, i)) << i;
  }
}

// A random graph has about log(servers) / log(degree - 1); the best there can be, a little less.
TEST(RegularGraph, IsNarrow) {
  EXPECT_LE(Diameter(RegularGraph(10, 6)), 2);
  EXPECT_LE(Diameter(RegularGraph(50, 6)), 4);
  EXPECT_LE(Diameter(RegularGraph(100, 6)), 4);
  EXPECT_LE(Diameter(RegularGraph(1000, 6)), 7);
}

TEST(RegularGraph, OfFewServersIsTheFullMesh) {
  EXPECT_THAT(RegularGraph(1, 3), ElementsAre(std::vector<int>{}));
  EXPECT_THAT(RegularGraph(2, 3), ElementsAre(std::vector<int>{1}, std::vector<int>{0}));
  EXPECT_EQ(Diameter(RegularGraph(4, 3)), 1);
  EXPECT_EQ(Diameter(RegularGraph(1, 2)), 0);
}

}  // namespace
}  // namespace herd::client
