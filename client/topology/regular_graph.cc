#include "client/topology/regular_graph.h"

#include <algorithm>
#include <cstddef>
#include <deque>

namespace herd::client {
namespace {

std::size_t At(int server) { return static_cast<std::size_t>(server); }

int Size(const std::vector<int>& servers) { return static_cast<int>(servers.size()); }

void Link(int a, int b, Graph* graph) {
  (*graph)[At(a)].push_back(b);
  (*graph)[At(b)].push_back(a);
}

bool AreLinked(int a, int b, const Graph& graph) {
  const std::vector<int>& neighbors = graph[At(a)];
  return std::find(neighbors.begin(), neighbors.end(), b) != neighbors.end();
}

// Links from `start` to each server; all can be reached.
std::vector<int> Distances(int start, const Graph& graph) {
  std::vector<int> distances(graph.size(), -1);
  std::deque<int> next = {start};
  distances[At(start)] = 0;
  for (; !next.empty(); next.pop_front()) {
    for (const int neighbor : graph[At(next.front())]) {
      if (distances[At(neighbor)] >= 0) continue;
      distances[At(neighbor)] = distances[At(next.front())] + 1;
      next.push_back(neighbor);
    }
  }
  return distances;
}

Graph Ring(int servers) {
  Graph graph(At(servers));
  for (int i = 1; i < servers; ++i) Link(i - 1, i, &graph);
  if (servers > 2) Link(servers - 1, 0, &graph);
  return graph;
}

// The server with room that is farthest from `from` and no neighbour of it; of several, the one
// with the fewest links. -1: there is none.
int Farthest(int from, int degree, const Graph& graph) {
  const std::vector<int> distances = Distances(from, graph);
  int farthest = -1;
  for (int i = 0; i < static_cast<int>(graph.size()); ++i) {
    if (i == from || Size(graph[At(i)]) >= degree || AreLinked(from, i, graph)) continue;
    const auto is_better = [&] {
      if (distances[At(i)] != distances[At(farthest)]) {
        return distances[At(i)] > distances[At(farthest)];
      }
      return graph[At(i)].size() < graph[At(farthest)].size();
    };
    if (farthest < 0 || is_better()) farthest = i;
  }
  return farthest;
}

}  // namespace

Graph RegularGraph(int servers, int degree) {
  Graph graph = Ring(servers);
  for (int links = 2; links < std::min(degree, servers - 1); ++links) {
    for (int i = 0; i < servers; ++i) {
      if (Size(graph[At(i)]) > links) continue;
      const int other = Farthest(i, links + 1, graph);
      if (other >= 0) Link(i, other, &graph);
    }
  }
  for (std::vector<int>& neighbors : graph) std::sort(neighbors.begin(), neighbors.end());
  return graph;
}

int Diameter(const Graph& graph) {
  int diameter = 0;
  for (int i = 0; i < static_cast<int>(graph.size()); ++i) {
    const std::vector<int> distances = Distances(i, graph);
    diameter = std::max(diameter, *std::max_element(distances.begin(), distances.end()));
  }
  return diameter;
}

}  // namespace herd::client
