#include "client/topology/numbered_herd.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "client/topology/regular_graph.h"
#include "server/config/herd_rules.h"

namespace herd::client {
namespace {

constexpr int kFirstPort = 12070;

// Ports of a kind take whole hundreds.
int PortsOfAKind(int servers) { return (servers + 99) / 100 * 100; }

std::string NameOf(int server) { return absl::StrCat("Server", server); }

config::ServerConfig MakeServer(int number, int servers, const std::vector<int>& neighbors) {
  const int of_a_kind = PortsOfAKind(servers);
  config::ServerConfig server;
  server.name = NameOf(number);
  server.client_port = static_cast<std::uint16_t>(kFirstPort + number);
  server.propagate_port = static_cast<std::uint16_t>(kFirstPort + of_a_kind + number);
  server.operator_port = static_cast<std::uint16_t>(kFirstPort + 2 * of_a_kind + number);
  for (const int neighbor : neighbors) server.neighbors.push_back(NameOf(neighbor));
  return server;
}

Graph GraphOf(const config::HerdConfig& herd) {
  Graph graph;
  for (const config::ServerConfig& server : herd.servers) {
    std::vector<int>& neighbors = graph.emplace_back();
    for (const std::string& name : server.neighbors) {
      neighbors.push_back(static_cast<int>(herd.Find(name) - herd.servers.data()));
    }
  }
  return graph;
}

}  // namespace

absl::StatusOr<config::HerdConfig> NumberedHerd(const HerdSize& size) {
  if (size.servers < 1 || size.servers > kMaxServers) {
    return absl::InvalidArgumentError(absl::StrCat("a herd has 1 to ", kMaxServers, " servers"));
  }
  if (size.degree < 2 || size.degree > kMaxDegree) {
    return absl::InvalidArgumentError(
        absl::StrCat("a server has 2 to ", kMaxDegree, " neighbors, so that none parts the herd"));
  }
  const Graph graph = RegularGraph(size.servers, size.degree);
  config::HerdConfig herd;
  for (int i = 0; i < size.servers; ++i) {
    herd.servers.push_back(MakeServer(i, size.servers, graph[static_cast<std::size_t>(i)]));
  }
  if (absl::Status status = config::CompleteHerd(herd); !status.ok()) return status;
  return herd;
}

std::string Describe(const config::HerdConfig& herd) {
  const Graph graph = GraphOf(herd);
  const auto fewer = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  const auto [fewest, most] = std::minmax_element(graph.begin(), graph.end(), fewer);
  std::size_t ends = 0;
  for (const std::vector<int>& neighbors : graph) ends += neighbors.size();
  return absl::StrCat(graph.size(), " servers, ", ends / 2, " links; ", fewest->size(), " to ",
                      most->size(), " neighbors each, ", Diameter(graph),
                      " links at most from one to another");
}

}  // namespace herd::client
