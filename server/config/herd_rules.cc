#include "server/config/herd_rules.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace herd::config {
namespace {

// Pieces, and servers of a piece, that an error message names before it says how many more.
constexpr size_t kMaxNamed = 8;

constexpr const char* kClientPort = "client_port";
constexpr const char* kMetricsPort = "metrics_port";

using Index = absl::flat_hash_map<std::string, size_t>;
using Edges = std::vector<std::vector<size_t>>;

bool IsNameByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
}

bool IsHostByte(char c) { return IsNameByte(c) || c == ':' || c == '%'; }

std::string Quoted(std::string_view text) {
  const std::string_view shown = text.substr(0, kMaxNameBytes);
  return absl::StrCat("\"", absl::CHexEscape({shown.data(), shown.size()}),
                      shown.size() < text.size() ? "...\"" : "\"");
}

template <typename... Parts>
absl::Status Broken(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

absl::Status CheckName(const std::string& name, const std::string& place) {
  if (name.empty()) return Broken(place, ": the name is empty");
  if (name.size() > kMaxNameBytes) {
    return Broken(place, ": the name has ", name.size(), " bytes, at most ", kMaxNameBytes,
                  " are allowed");
  }
  if (!std::all_of(name.begin(), name.end(), IsNameByte)) {
    return Broken(place, ": a name consists of letters, digits, '_', '-' and '.'");
  }
  return absl::OkStatus();
}

absl::Status CheckHost(const std::string& host, const std::string& place) {
  if (host.empty()) return Broken(place, ": \"host\" is empty");
  if (host.size() > kMaxHostBytes) {
    return Broken(place, ": \"host\" has ", host.size(), " bytes, at most ", kMaxHostBytes,
                  " are allowed");
  }
  if (!std::all_of(host.begin(), host.end(), IsHostByte)) {
    return Broken(place, ": \"host\" is ", Quoted(host),
                  ", which is neither a host name nor an address (an IPv6 address stands without "
                  "brackets, a port has its own key)");
  }
  return absl::OkStatus();
}

// Checks the names on the way.
absl::Status IndexByName(const HerdConfig& herd, Index& index) {
  for (size_t i = 0; i < herd.servers.size(); ++i) {
    const std::string& name = herd.servers[i].name;
    const std::string place = Place(i, name);
    if (absl::Status named = CheckName(name, place); !named.ok()) return named;
    const auto [first, is_new] = index.try_emplace(name, i);
    if (!is_new) return Broken(place, ": servers[", first->second, "] has the same name");
  }
  return absl::OkStatus();
}

bool IsOptional(const char* port, const ServerConfig& server) {
  const bool speaks_text_alone =
      server.text && server.propagate_port == 0 && server.operator_port == 0;
  return port == kMetricsPort || (speaks_text_alone && port != kClientPort);
}

absl::Status CheckPorts(const HerdConfig& herd) {
  absl::flat_hash_map<std::pair<std::string, uint16_t>, std::string> owners;
  for (size_t i = 0; i < herd.servers.size(); ++i) {
    const ServerConfig& server = herd.servers[i];
    const std::string place = Place(i, server.name);
    const std::pair<const char*, uint16_t> ports[] = {{kClientPort, server.client_port},
                                                      {"propagate_port", server.propagate_port},
                                                      {"operator_port", server.operator_port},
                                                      {kMetricsPort, server.metrics_port}};
    for (const auto& [key, port] : ports) {
      if (port == 0 && IsOptional(key, server)) continue;
      if (port == 0) return Broken(place, ": \"", key, "\" is 0, a port is 1 to 65535");
      const auto [first, is_new] = owners.try_emplace({absl::AsciiStrToLower(server.host), port},
                                                      absl::StrCat("\"", key, "\" of ", place));
      if (!is_new) {
        return Broken(place, ": \"", key, "\" is ", port, " on ", server.host, ", and so is ",
                      first->second);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckHosts(const HerdConfig& herd) {
  for (size_t i = 0; i < herd.servers.size(); ++i) {
    const ServerConfig& server = herd.servers[i];
    absl::Status checked = CheckHost(server.host, Place(i, server.name));
    if (!checked.ok()) return checked;
  }
  return absl::OkStatus();
}

// The neighbors that server `i` states, as indices.
absl::Status ReadNeighbors(const HerdConfig& herd, size_t i, const Index& index,
                           std::vector<size_t>& stated) {
  const ServerConfig& server = herd.servers[i];
  absl::flat_hash_map<size_t, size_t> seen;
  for (size_t n = 0; n < server.neighbors.size(); ++n) {
    const std::string place = absl::StrCat(Place(i, server.name), ": neighbors[", n, "]");
    const std::string& name = server.neighbors[n];
    const auto found = index.find(name);
    if (found == index.end()) return Broken(place, " is ", Quoted(name), ", not in the herd");
    if (found->second == i) return Broken(place, " is the server itself");
    const auto [first, is_new] = seen.try_emplace(found->second, n);
    if (!is_new) {
      return Broken(place, " is ", Quoted(name), ", and so is neighbors[", first->second, "]");
    }
    stated.push_back(found->second);
  }
  return absl::OkStatus();
}

absl::Status ReadEdges(const HerdConfig& herd, const Index& index, Edges& edges) {
  edges.resize(herd.servers.size());
  for (size_t i = 0; i < herd.servers.size(); ++i) {
    std::vector<size_t> stated;
    if (absl::Status read = ReadNeighbors(herd, i, index, stated); !read.ok()) return read;
    for (const size_t other : stated) {
      edges[i].push_back(other);
      edges[other].push_back(i);
    }
  }
  return absl::OkStatus();
}

// The servers that can be reached from `start`; marks them as reached.
std::vector<size_t> Piece(size_t start, const Edges& edges, std::vector<bool>& reached) {
  std::vector<size_t> piece = {start};
  reached[start] = true;
  for (size_t next = 0; next < piece.size(); ++next) {
    for (const size_t other : edges[piece[next]]) {
      if (reached[other]) continue;
      reached[other] = true;
      piece.push_back(other);
    }
  }
  std::sort(piece.begin(), piece.end());
  return piece;
}

// "a, b, c" or, when there are many, "a, b, ... and 7 more".
std::string Listed(std::vector<std::string> items, const char* separator) {
  const size_t count = items.size();
  if (count > kMaxNamed) {
    items.resize(kMaxNamed);
    items.push_back(absl::StrCat("and ", count - kMaxNamed, " more"));
  }
  return absl::StrJoin(items, separator);
}

std::string NamePiece(const HerdConfig& herd, const std::vector<size_t>& piece) {
  std::vector<std::string> names;
  names.reserve(piece.size());
  for (const size_t i : piece) names.push_back(herd.servers[i].name);
  return absl::StrCat("{", Listed(std::move(names), ", "), "}");
}

absl::Status CheckOnePiece(const HerdConfig& herd, const Edges& edges) {
  std::vector<std::string> pieces;
  std::vector<bool> reached(edges.size(), false);
  for (size_t i = 0; i < edges.size(); ++i) {
    if (!reached[i]) pieces.push_back(NamePiece(herd, Piece(i, edges, reached)));
  }
  if (pieces.size() == 1) return absl::OkStatus();
  return Broken("the herd is in ", pieces.size(),
                " pieces with no edge between them: ", Listed(pieces, " "));
}

std::vector<std::string> SortedNames(const HerdConfig& herd, const std::vector<size_t>& servers) {
  std::vector<std::string> names;
  names.reserve(servers.size());
  for (const size_t i : servers) names.push_back(herd.servers[i].name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::string Place(size_t index, std::string_view name) {
  return absl::StrCat("servers[", index, "] ", Quoted(name));
}

absl::Status CompleteHerd(HerdConfig& herd) {
  if (herd.servers.empty()) return Broken("\"servers\" is empty: a herd has at least one server");
  Index index;
  Edges edges;
  if (absl::Status s = IndexByName(herd, index); !s.ok()) return s;
  if (absl::Status s = CheckHosts(herd); !s.ok()) return s;
  if (absl::Status s = CheckPorts(herd); !s.ok()) return s;
  if (absl::Status s = ReadEdges(herd, index, edges); !s.ok()) return s;
  if (absl::Status s = CheckOnePiece(herd, edges); !s.ok()) return s;
  for (size_t i = 0; i < edges.size(); ++i) {
    herd.servers[i].neighbors = SortedNames(herd, edges[i]);
  }
  return absl::OkStatus();
}

}  // namespace herd::config
