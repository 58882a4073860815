#include "client/commands/herd_status.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/commands/terminal.h"
#include "client/commands/units.h"
#include "client/net/endpoint.h"
#include "client/net/operator_client.h"

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

const v1::TextNeighbor* FindTextNeighbor(const v1::GetStatusResponse& answer,
                                         const std::string& name) {
  const auto& neighbors = answer.text_neighbors();
  const auto found =
      std::find_if(neighbors.begin(), neighbors.end(),
                   [&](const v1::TextNeighbor& each) { return each.server() == name; });
  return found == neighbors.end() ? nullptr : &*found;
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
    const std::string why = Printable(ShortReason(edge->last_error()));
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

struct State {
  std::string word;
  Color color;
};

// In a word or two; why it is not ready stands beneath the table.
State StateOf(const v1::GetStatusResponse& answer) {
  if (answer.leaving()) return {"leaving", Color::kWarning};
  if (answer.ready()) return {"ready", Color::kGood};
  return {answer.lacking_updates() > 0 ? "catching up" : "not ready", Color::kWarning};
}

std::string UpRow(const ServerStatus& each, uint64_t lag, size_t width, bool on_terminal) {
  const v1::GetStatusResponse& answer = *each.answer;
  const State state = StateOf(answer);
  const std::string links = absl::StrCat(each.LinksUp(), "/", each.server.neighbors.size());
  const bool all_links = each.LinksUp() == each.server.neighbors.size();
  return absl::StrFormat(
      "%-*s  %s  %8d  %11d  %9.0f  %s  %6s  %s\n", width, each.server.name,
      Paint("yes", Color::kGood, on_terminal), answer.clients(), answer.connections(),
      answer.made_per_second(),
      Paint(absl::StrFormat("%5s", links), all_links ? Color::kNone : Color::kWarning, on_terminal),
      CountText(lag), Paint(state.word, state.color, on_terminal));
}

std::string Row(const ServerStatus& each, uint64_t lag, size_t width, bool on_terminal) {
  if (each.IsUp()) return UpRow(each, lag, width, on_terminal);
  const std::string why = Printable(std::string(each.answer.status().message()));
  if (each.server.text) {
    return absl::StrFormat("%-*s  text    speaks text alone, or is down: %s: %s\n", width,
                           each.server.name, each.endpoint, why);
  }
  return absl::StrFormat("%-*s  %s      %s: %s\n", width, each.server.name,
                         Paint("no", Color::kBad, on_terminal), each.endpoint, why);
}

// Of those who are not ready, why.
std::string Reasons(const HerdStatus& herd) {
  std::string reasons;
  for (const ServerStatus& each : herd) {
    if (!each.IsUp() || each.answer->ready() || each.answer->readiness().empty()) continue;
    absl::StrAppend(&reasons, each.server.name, " is not ready: ", each.answer->readiness(), "\n");
  }
  return reasons;
}

// A herd that is being written to is hardly ever converged, which is nothing to worry about; maps
// that differ though all have the same updates are.
std::string Verdict(const HerdStatus& herd, uint64_t largest_lag, bool on_terminal) {
  if (IsConverged(herd)) return Paint("yes", Color::kGood, on_terminal);
  if (largest_lag > 0) return absl::StrCat("no, the largest lag is ", CountText(largest_lag));
  return Paint("NO, the maps differ though nobody lacks an update", Color::kBad, on_terminal);
}

std::string Convergence(const HerdStatus& herd, uint64_t largest_lag, bool on_terminal) {
  const size_t up =
      std::count_if(herd.begin(), herd.end(), [](const ServerStatus& each) { return each.IsUp(); });
  if (up == 0) return "converged: no server answers\n";
  const std::string of = up == herd.size() ? "" : absl::StrCat(", of the ", up, " that answer");
  return absl::StrCat("converged: ", Verdict(herd, largest_lag, on_terminal), of, "\n");
}

// Of the servers that answer. Digests are comparable where as much has been forgotten; while
// clients are being forgotten, at none.
bool DigestsDiffer(const HerdStatus& herd) {
  std::map<int64_t, uint64_t> digests;
  return std::any_of(herd.begin(), herd.end(), [&](const ServerStatus& each) {
    if (!each.IsUp() || each.answer->forgotten_before_ns() < 0) return false;
    const uint64_t digest = each.answer->digest();
    return digests.try_emplace(each.answer->forgotten_before_ns(), digest).first->second != digest;
  });
}

}  // namespace

size_t ServerStatus::LinksUp() const {
  if (!answer.ok()) return 0;
  const auto& names = server.neighbors;
  return std::count_if(names.begin(), names.end(), [&](const std::string& name) {
    const v1::Neighbor* edge = FindNeighbor(*answer, name);
    if (edge != nullptr && edge->outbound_up() && edge->inbound_up()) return true;
    const v1::TextNeighbor* text = FindTextNeighbor(*answer, name);
    return text != nullptr && text->up();
  });
}

HerdStatus JoinAnswers(const config::HerdConfig& herd, std::vector<Answer> answers) {
  HerdStatus joined;
  const std::vector<config::ServerConfig> servers = config::HerdServers(herd);
  for (size_t i = 0; i < servers.size(); ++i) {
    const config::ServerConfig& server = servers[i];
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
  const bool vectors_are_equal = std::all_of(first, herd.end(), [&](const ServerStatus& each) {
    return !each.IsUp() || VectorOf(*each.answer) == expected;
  });
  return vectors_are_equal && !DigestsDiffer(herd);
}

std::vector<std::string> Missing(const HerdStatus& herd) {
  std::vector<std::string> missing;
  for (const ServerStatus& each : herd) {
    if (!each.IsUp() && each.server.text) continue;  // It may be another program.
    if (!each.IsUp()) {
      missing.push_back(absl::StrCat(each.server.name, " does not answer at ", each.endpoint, " (",
                                     each.answer.status().message(), ")"));
      continue;
    }
    for (const std::string& neighbor : each.server.neighbors) {
      if (Answers(herd, neighbor)) AddMissingLinks(each, neighbor, missing);
    }
    for (const v1::TextNeighbor& neighbor : each.answer->text_neighbors()) {
      if (neighbor.up() || neighbor.linked()) continue;
      missing.push_back(absl::StrCat(each.server.name, " does not reach its text neighbor ",
                                     neighbor.server(), " at ", neighbor.address(), " (",
                                     Printable(neighbor.last_error()), ")"));
    }
    if (!each.answer->ready()) missing.push_back(absl::StrCat(each.server.name, " is not ready"));
  }
  return missing;
}

std::vector<uint64_t> LagsOf(const HerdStatus& herd) {
  Vector known;
  std::vector<Vector> had;
  for (const ServerStatus& each : herd) {
    had.push_back(each.IsUp() ? VectorOf(*each.answer) : Vector());
    for (const auto& [origin, through] : had.back()) {
      known[origin] = std::max(known[origin], through);
    }
  }
  std::vector<uint64_t> lags(herd.size());
  for (size_t i = 0; i < herd.size(); ++i) {
    if (!herd[i].IsUp()) continue;
    for (const auto& [origin, through] : known) lags[i] += through - had[i][origin];
  }
  return lags;
}

std::string ToTable(const HerdStatus& herd, bool on_terminal) {
  const size_t width = NameWidth(herd);
  std::string table = absl::StrFormat(
      "%-*s  up    clients  connections  reports/s  links     lag  state\n", width, "server");
  const std::vector<uint64_t> lags = LagsOf(herd);
  uint64_t largest_lag = 0;
  for (size_t i = 0; i < herd.size(); ++i) {
    table += Row(herd[i], lags[i], width, on_terminal);
    largest_lag = std::max(largest_lag, lags[i]);
  }
  return table + Reasons(herd) + Convergence(herd, largest_lag, on_terminal);
}

}  // namespace herd::client
