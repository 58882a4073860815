#include "client/commands/neighbors.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "client/commands/message_json.h"
#include "client/commands/terminal.h"
#include "client/commands/units.h"
#include "client/net/operator_client.h"

namespace herd::client {
namespace {

constexpr char kHead[] =
    "server     neighbor   link  since    sync  lag      rtt      sent   got    twice\n";

bool IsUp(const v1::Neighbor& link) { return link.outbound_up() && link.inbound_up(); }

std::string Since(const v1::Neighbor& link, uint64_t now_ns) {
  const uint64_t since = std::max(link.outbound_since_at_ns(), link.inbound_since_at_ns());
  return since == 0 || since > now_ns ? "-" : DurationText(now_ns - since);
}

std::string Lag(const v1::Neighbor& link) {
  return link.lag_updates() == 0 ? "0" : DurationText(link.lag_ns());
}

std::string Row(const std::string& server, const v1::Neighbor& link, uint64_t now_ns,
                bool on_terminal) {
  const std::string state = Paint(absl::StrFormat("%-4s", IsUp(link) ? "up" : "down"),
                                  IsUp(link) ? Color::kGood : Color::kBad, on_terminal);
  const std::string sync = Paint(absl::StrFormat("%-4s", link.in_sync() ? "yes" : "no"),
                                 link.in_sync() ? Color::kGood : Color::kWarning, on_terminal);
  return absl::StrFormat("%-9s  %-9s  %s  %-7s  %s  %-7s  %-7s  %-5s  %-5s  %s\n", server,
                         link.server(), state, Since(link, now_ns), sync, Lag(link),
                         DurationText(link.round_trip_ns()), CountText(link.sent_updates()),
                         CountText(link.received_updates()), CountText(link.duplicate_updates()));
}

std::string Note(const v1::Neighbor& link) {
  if (link.disconnected()) return "disconnected here by an operator";
  if (link.leaving()) return "is leaving";
  return IsUp(link) ? "" : Printable(ShortReason(link.last_error()));
}

std::string TextRow(const std::string& server, const v1::TextNeighbor& link, uint64_t now_ns,
                    bool on_terminal) {
  if (link.linked()) return "";
  const std::string state = Paint(absl::StrFormat("%-4s", link.up() ? "up" : "down"),
                                  link.up() ? Color::kGood : Color::kBad, on_terminal);
  const std::string since =
      link.since_at_ns() > now_ns ? "-" : DurationText(now_ns - link.since_at_ns());
  std::string row =
      absl::StrFormat("%-9s  %-9s  %s  %-7s  text  %-7s  %-7s  %s\n", server, link.server(), state,
                      since, CountText(link.lag_updates()), "-", CountText(link.sent_lines()));
  if (!link.up()) absl::StrAppend(&row, "           ", Printable(link.last_error()), "\n");
  if (link.refused_lines() > 0) {
    absl::StrAppend(&row, "           it has refused ", CountText(link.refused_lines()),
                    " lines\n");
  }
  return row;
}

void PrintJson(const std::vector<ServerLinks>& servers) {
  for (const ServerLinks& each : servers) {
    if (!each.answer.ok()) continue;
    for (const v1::Neighbor& link : each.answer->neighbors()) {
      // A line for each link, with whose it is.
      std::cout << "{\"of\":\"" << each.server << "\"," << ToJsonLine(link).substr(1) << "\n";
    }
    for (const v1::TextNeighbor& link : each.answer->text_neighbors()) {
      std::cout << "{\"of\":\"" << each.server << "\"," << ToJsonLine(link).substr(1) << "\n";
    }
  }
}

bool AreReached(const v1::ListNeighborsResponse& answer) {
  std::set<std::string> by_text;
  for (const v1::TextNeighbor& link : answer.text_neighbors()) {
    if (link.up()) by_text.insert(link.server());
    if (!link.up() && !link.linked()) return false;
  }
  return std::all_of(
      answer.neighbors().begin(), answer.neighbors().end(),
      [&](const v1::Neighbor& link) { return IsUp(link) || by_text.contains(link.server()); });
}

int Judge(const std::vector<ServerLinks>& servers) {
  bool well = true;
  for (const ServerLinks& each : servers) {
    if (!each.answer.ok()) {
      Complain(absl::StrCat(each.server, " does not answer at ", each.endpoint, " (",
                            each.answer.status().message(), ")"));
    }
    well = well && each.answer.ok() && AreReached(*each.answer);
  }
  return well ? kExitOk : kExitFailed;
}

}  // namespace

std::string LinksTable(const std::vector<ServerLinks>& servers, uint64_t now_ns, bool on_terminal) {
  std::string table = kHead;
  for (const ServerLinks& each : servers) {
    if (!each.answer.ok()) {
      absl::StrAppendFormat(&table, "%-9s  %s\n", each.server,
                            Paint("does not answer", Color::kBad, on_terminal));
      continue;
    }
    for (const v1::Neighbor& link : each.answer->neighbors()) {
      table += Row(each.server, link, now_ns, on_terminal);
      const std::string note = Note(link);
      if (!note.empty()) absl::StrAppend(&table, "           ", note, "\n");
    }
    for (const v1::TextNeighbor& link : each.answer->text_neighbors()) {
      table += TextRow(each.server, link, now_ns, on_terminal);
    }
  }
  return table;
}

int RunNeighbors(const HerdOptions& options, const NeighborsOptions& neighbors) {
  const absl::StatusOr<config::HerdConfig> herd = LoadHerd(options);
  if (!herd.ok()) return Fail(herd.status());
  if (const auto target = FindTarget(options, neighbors.server); !target.ok()) {
    return Fail(target.status());
  }
  std::vector<OperatorClient::Server> operators;
  std::vector<ServerLinks> servers;
  for (const config::ServerConfig& each : config::HerdServers(*herd)) {
    if (!neighbors.server.empty() && each.name != neighbors.server) continue;
    operators.push_back({each.name, {each.host, each.operator_port}});
    servers.push_back({each.name, operators.back().endpoint.ToString(), absl::UnknownError("")});
  }
  auto answers = OperatorClient(operators, options.identity).ListNeighbors(options.timeout);
  for (size_t i = 0; i < servers.size(); ++i) servers[i].answer = std::move(answers[i]);
  if (neighbors.json) {
    PrintJson(servers);
  } else {
    std::cout << LinksTable(servers, static_cast<uint64_t>(absl::GetCurrentTimeNanos()),
                            IsTerminal());
  }
  std::cout << std::flush;
  return Judge(servers);
}

}  // namespace herd::client
