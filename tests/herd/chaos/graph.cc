#include "tests/herd/chaos/graph.h"

#include <algorithm>

namespace herd::test {

std::vector<Edge> EdgesOf(const config::HerdConfig& herd) {
  std::vector<Edge> edges;
  for (const config::ServerConfig& server : herd.servers) {
    for (const std::string& neighbor : server.neighbors) {
      if (server.name < neighbor) edges.emplace_back(server.name, neighbor);
    }
  }
  return edges;
}

std::vector<Servers> Components(const Servers& servers, const std::vector<Edge>& edges) {
  std::vector<Servers> components;
  for (const std::string& server : servers) components.push_back({server});
  const auto of = [&](const std::string& server) {
    return std::ranges::find_if(components, [&](const Servers& c) { return c.contains(server); });
  };
  for (const auto& [one, other] : edges) {
    const auto first = of(one);
    const auto second = of(other);
    if (first == second || first == components.end() || second == components.end()) continue;
    first->merge(*second);
    components.erase(second);
  }
  return components;
}

}  // namespace herd::test
