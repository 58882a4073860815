#include "client/commands/load.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/load/load.h"

namespace herd::client {
namespace {

constexpr char kStandardOutput[] = "-";

LoadServer ToLoadServer(const Target& target) {
  return {.name = target.ToString(), .endpoint = target.endpoint};
}

absl::StatusOr<LoadServer> ParseEndpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  uint32_t port = 0;
  if (host.empty() || !absl::SimpleAtoi(text.substr(colon + 1), &port) || port == 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("the server \"", text, "\" is neither a name nor HOST:PORT"));
  }
  const Endpoint endpoint = {.host = host, .port = static_cast<uint16_t>(port)};
  return LoadServer{.name = endpoint.ToString(), .endpoint = endpoint};
}

absl::StatusOr<LoadServer> FindLoadServer(const HerdOptions& herd, const std::string& server) {
  if (server.find(':') != std::string::npos) return ParseEndpoint(server);
  const absl::StatusOr<Target> target = FindTarget(herd, server);
  if (!target.ok()) return target.status();
  return ToLoadServer(*target);
}

absl::StatusOr<std::vector<LoadServer>> AllServers(const HerdOptions& options) {
  const absl::StatusOr<config::HerdConfig> herd = LoadHerd(options);
  if (!herd.ok()) return herd.status();
  std::vector<LoadServer> servers;
  for (const config::ServerConfig& each : herd->servers) {
    servers.push_back(ToLoadServer(
        {.server = each.name, .endpoint = {.host = each.host, .port = each.client_port}}));
  }
  return servers;
}

// No thread is left without a connection or a client.
LoadPlan Completed(LoadPlan plan, std::vector<LoadServer> servers, const HerdOptions& herd) {
  plan.servers = std::move(servers);
  plan.threads = std::min({plan.threads, plan.connections, plan.mix.clients});
  plan.timeout = std::chrono::nanoseconds(herd.timeout).count();
  return plan;
}

void HintAt(const LoadPlan& plan, const LoadOutcome& outcome) {
  const Errors& errors = outcome.tally.errors;
  if (outcome.tally.replies == 0 && errors.of(ErrorKind::kConnectFailed) > 0) {
    Complain(
        "nothing was sent, since not every connection could be made; is the herd up? "
        "./herd status");
  } else if (plan.mix.question_share > 0 && errors.of(ErrorKind::kRefused) > 0) {
    Complain(
        absl::StrCat("WHATSAT is refused for clients that nobody has reported: run with "
                     "--order sequential --requests ",
                     plan.mix.clients, " and without --whatsat first"));
  }
}

}  // namespace

absl::StatusOr<std::vector<LoadServer>> FindLoadServers(const HerdOptions& herd,
                                                        const std::vector<std::string>& servers) {
  const bool is_elsewhere = herd.host.has_value() || herd.port.has_value();
  if (servers.empty() && !is_elsewhere) return AllServers(herd);
  std::vector<LoadServer> found;
  for (const std::string& each : servers.empty() ? std::vector<std::string>{""} : servers) {
    const absl::StatusOr<LoadServer> server = FindLoadServer(herd, each);
    if (!server.ok()) return server.status();
    found.push_back(*server);
  }
  return found;
}

absl::Status WriteReport(const std::string& path, const std::string& text) {
  if (path == kStandardOutput) {
    std::cout << text << std::flush;
    return absl::OkStatus();
  }
  std::ofstream file(path);
  file << text << std::flush;
  if (file) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot write the report to ", path, ": ", std::strerror(errno)));
}

int RunLoadCommand(const HerdOptions& herd, const LoadOptions& options) {
  absl::StatusOr<std::vector<LoadServer>> servers = FindLoadServers(herd, options.servers);
  if (!servers.ok()) return Fail(servers.status());
  const LoadPlan plan = Completed(options.plan, *std::move(servers), herd);
  const absl::StatusOr<LoadOutcome> outcome = RunLoad(plan);
  if (!outcome.ok()) return Fail(outcome.status());
  (options.json == kStandardOutput ? std::cerr : std::cout)
      << ToTable(plan, *outcome) << std::flush;
  HintAt(plan, *outcome);
  if (!options.json.empty()) {
    const absl::Status written = WriteReport(options.json, ToJson(plan, *outcome));
    if (!written.ok()) return Fail(written);
  }
  return outcome->HasErrors() ? kExitFailed : kExitOk;
}

}  // namespace herd::client
