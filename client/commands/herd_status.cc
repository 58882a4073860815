#include "client/commands/herd_status.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/net/endpoint.h"

namespace herd::client {
namespace {

using Answer = absl::StatusOr<v1::GetStatusResponse>;
using Vector = std::map<std::pair<std::string, uint64_t>, uint64_t>;

const v1::Neighbor* FindNeighbor(const v1::GetStatusResponse& answer, const std::string& name) {
  const auto& neighbors = answer.neighbors();
  const auto found = std::find_if(neighbors.begin(), neighbors.end(),
                                  [&](const v1::Neighbor& each) { return each.server() == name; });
  return found == neighbors.end() ? nullptr : &*found;
}

Answer FromTheRightServer(const config::ServerConfig& server, Answer answer) {
  if (!answer.ok() || answer->server() == server.name) return answer;
  return absl::FailedPreconditionError(
      absl::StrCat("the server there calls itself \"", answer->server(), "\""));
}

// An origin that is had through 0 is as one that was never named.
Vector VectorOf(const v1::GetStatusResponse& answer) {
  Vector vector;
  for (const v1::OriginProgress& entry : answer.vector()) {
    if (entry.through() == 0) continue;
    vector[{entry.origin().server(), entry.origin().start_ns()}] = entry.through();
  }
  return vector;
}

bool Answers(const HerdStatus& herd, const std::string& name) {
  return std::any_of(herd.begin(), herd.end(), [&](const ServerStatus& each) {
    return each.server.name == name && each.IsUp();
  });
}

void AddMissingLinks(const ServerStatus& from, const std::string& to,
                     std::vector<std::string>& missing) {
  const std::string& name = from.server.name;
  const v1::Neighbor* edge = FindNeighbor(*from.answer, to);
  if (edge == nullptr) {
    missing.push_back(absl::StrCat(name, " does not know ", to, " as a neighbor"));
  } else if (!edge->outbound_up()) {
    const std::string& why = edge->last_error();
    missing.push_back(absl::StrCat("the link from ", name, " to ", to, " is down",
                                   why.empty() ? "" : absl::StrCat(" (", why, ")")));
  } else if (!edge->inbound_up()) {
    missing.push_back(absl::StrCat(name, " has no link from ", to));
  }
}

size_t NameWidth(const HerdStatus& herd) {
  size_t width = std::string_view("server").size();
  for (const ServerStatus& each : herd) width = std::max(width, each.server.name.size());
  return width;
}

std::string Row(const ServerStatus& each, size_t width) {
  if (!each.IsUp()) {
    const absl::string_view why = each.answer.status().message();
    return absl::StrFormat("%-*s  no      %s: %s\n", width, each.server.name, each.endpoint, why);
  }
  const std::string links = absl::StrCat(each.LinksUp(), "/", each.server.neighbors.size());
  return absl::StrFormat("%-*s  yes  %8d  %11d  %8s\n", width, each.server.name,
                         each.answer->clients(), each.answer->connections(), links);
}

std::string Convergence(const HerdStatus& herd) {
  const size_t up =
      std::count_if(herd.begin(), herd.end(), [](const ServerStatus& each) { return each.IsUp(); });
  if (up == 0) return "converged: no server answers\n";
  return absl::StrCat("converged: ", IsConverged(herd) ? "yes" : "no",
                      up == herd.size() ? "" : absl::StrCat(", of the ", up, " that answer"), "\n");
}

}  // namespace

size_t ServerStatus::LinksUp() const {
  if (!answer.ok()) return 0;
  const auto& names = server.neighbors;
  return std::count_if(names.begin(), names.end(), [&](const std::string& name) {
    const v1::Neighbor* edge = FindNeighbor(*answer, name);
    return edge != nullptr && edge->outbound_up() && edge->inbound_up();
  });
}

HerdStatus JoinAnswers(const config::HerdConfig& herd, std::vector<Answer> answers) {
  HerdStatus joined;
  for (size_t i = 0; i < herd.servers.size(); ++i) {
    const config::ServerConfig& server = herd.servers[i];
    const Endpoint endpoint = {server.host, server.operator_port};
    joined.push_back(
        {server, endpoint.ToString(), FromTheRightServer(server, std::move(answers[i]))});
  }
  return joined;
}

bool IsConverged(const HerdStatus& herd) {
  const auto first =
      std::find_if(herd.begin(), herd.end(), [](const ServerStatus& each) { return each.IsUp(); });
  if (first == herd.end()) return false;
  const Vector expected = VectorOf(*first->answer);
  return std::all_of(first, herd.end(), [&](const ServerStatus& each) {
    return !each.IsUp() || VectorOf(*each.answer) == expected;
  });
}

std::vector<std::string> Missing(const HerdStatus& herd) {
  std::vector<std::string> missing;
  for (const ServerStatus& each : herd) {
    if (!each.IsUp()) {
      missing.push_back(absl::StrCat(each.server.name, " does not answer at ", each.endpoint, " (",
                                     each.answer.status().message(), ")"));
      continue;
    }
    for (const std::string& neighbor : each.server.neighbors) {
      if (Answers(herd, neighbor)) AddMissingLinks(each, neighbor, missing);
    }
  }
  return missing;
}

std::string ToTable(const HerdStatus& herd) {
  const size_t width = NameWidth(herd);
  std::string table =
      absl::StrFormat("%-*s  up    clients  connections  links up\n", width, "server");
  for (const ServerStatus& each : herd) table += Row(each, width);
  return table + Convergence(herd);
}

}  // namespace herd::client
