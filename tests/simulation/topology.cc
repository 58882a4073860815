#include "tests/simulation/topology.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/config/herd_config.h"

namespace herd::simulation {
namespace {

using Edges = std::set<std::pair<int, int>>;

bool Connect(int a, int b, Edges* edges) {
  return a != b && edges->insert(std::minmax(a, b)).second;
}

Graph MakeGraph(std::string kind, std::vector<std::string> names, const Edges& edges) {
  Graph graph{.kind = std::move(kind), .names = std::move(names)};
  graph.neighbors.resize(graph.names.size());
  for (const auto& [a, b] : edges) {
    graph.neighbors[static_cast<std::size_t>(a)].push_back(b);
    graph.neighbors[static_cast<std::size_t>(b)].push_back(a);
  }
  for (std::vector<int>& neighbors : graph.neighbors) {
    std::sort(neighbors.begin(), neighbors.end(), [&](int a, int b) {
      return graph.names[static_cast<std::size_t>(a)] < graph.names[static_cast<std::size_t>(b)];
    });
  }
  return graph;
}

std::vector<std::string> Numbered(int servers) {
  std::vector<std::string> names;
  for (int i = 0; i < servers; ++i) names.push_back(absl::StrFormat("s%03d", i));
  return names;
}

Edges LineEdges(int servers) {
  Edges edges;
  for (int i = 1; i < servers; ++i) Connect(i - 1, i, &edges);
  return edges;
}

std::vector<int> Shuffled(int servers, Random* random) {
  std::vector<int> order(static_cast<std::size_t>(servers));
  std::iota(order.begin(), order.end(), 0);
  random->Shuffle(&order);
  return order;
}

// Links from `start` to the server that is farthest from it.
int Depth(const Graph& graph, int start) {
  std::vector<int> distance(graph.names.size(), -1);
  std::deque<int> next = {start};
  distance[static_cast<std::size_t>(start)] = 0;
  int deepest = 0;
  for (; !next.empty(); next.pop_front()) {
    const int here = distance[static_cast<std::size_t>(next.front())];
    deepest = std::max(deepest, here);
    for (const int neighbor : graph.neighbors[static_cast<std::size_t>(next.front())]) {
      int& there = distance[static_cast<std::size_t>(neighbor)];
      if (there >= 0) continue;
      there = here + 1;
      next.push_back(neighbor);
    }
  }
  return deepest;
}

}  // namespace

std::vector<std::pair<int, int>> Graph::edges() const {
  std::vector<std::pair<int, int>> edges;
  for (int a = 0; a < servers(); ++a) {
    for (const int b : neighbors[static_cast<std::size_t>(a)]) {
      if (a < b) edges.emplace_back(a, b);
    }
  }
  return edges;
}

int Graph::Diameter() const {
  int diameter = 0;
  for (int i = 0; i < servers(); ++i) diameter = std::max(diameter, Depth(*this, i));
  return diameter;
}

Graph DefaultHerd() {
  const config::HerdConfig config = config::DefaultHerdConfig();
  std::vector<std::string> names;
  for (const config::ServerConfig& server : config.servers) names.push_back(server.name);
  Edges edges;
  for (std::size_t i = 0; i < config.servers.size(); ++i) {
    for (const std::string& neighbor : config.servers[i].neighbors) {
      const auto found = std::find(names.begin(), names.end(), neighbor);
      Connect(static_cast<int>(i), static_cast<int>(found - names.begin()), &edges);
    }
  }
  return MakeGraph("default", std::move(names), edges);
}

Graph Line(int servers) { return MakeGraph("line", Numbered(servers), LineEdges(servers)); }

Graph Ring(int servers) {
  Edges edges = LineEdges(servers);
  Connect(0, servers - 1, &edges);
  return MakeGraph("ring", Numbered(servers), edges);
}

Graph Star(int servers) {
  Edges edges;
  for (int i = 1; i < servers; ++i) Connect(0, i, &edges);
  return MakeGraph("star", Numbered(servers), edges);
}

Graph FullMesh(int servers) {
  Edges edges;
  for (int i = 0; i < servers; ++i) {
    for (int j = 0; j < i; ++j) Connect(i, j, &edges);
  }
  return MakeGraph("full mesh", Numbered(servers), edges);
}

Graph RandomConnected(int servers, int more_edges, Random* random) {
  Edges edges;
  for (int i = 1; i < servers; ++i) {
    Connect(i, random->Index(static_cast<std::size_t>(i)), &edges);
  }
  const auto count = static_cast<std::size_t>(servers);
  for (int i = 0; i < more_edges; ++i) {
    Connect(random->Index(count), random->Index(count), &edges);
  }
  return MakeGraph("random", Numbered(servers), edges);
}

Graph RandomRegular(int servers, int degree, Random* random) {
  Edges edges;
  for (int cycle = 0; cycle < degree / 2; ++cycle) {
    const std::vector<int> order = Shuffled(servers, random);
    for (std::size_t i = 0; i < order.size(); ++i) {
      Connect(order[i], order[(i + 1) % order.size()], &edges);
    }
  }
  return MakeGraph(absl::StrCat("regular ", degree), Numbered(servers), edges);
}

Graph RandomGraph(int servers, Random* random) {
  switch (random->Below(servers <= 12 ? 6 : 3)) {
    case 0:
      return RandomConnected(servers, random->Index(static_cast<std::size_t>(servers)), random);
    case 1:
      return RandomConnected(servers, 2 * servers, random);
    case 2:
      return RandomRegular(servers, random->OneIn(2) ? 4 : 6, random);
    case 3:
      return Ring(servers);
    case 4:
      return random->OneIn(2) ? Star(servers) : Line(servers);
    default:
      return FullMesh(servers);
  }
}

}  // namespace herd::simulation
