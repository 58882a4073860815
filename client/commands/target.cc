#include "client/commands/target.h"

#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace herd::client {
namespace {

absl::Status NoSuchServer(const config::HerdConfig& herd, const std::string& server) {
  const std::string names = absl::StrJoin(
      herd.servers, ", ",
      [](std::string* out, const config::ServerConfig& known) { out->append(known.name); });
  return absl::InvalidArgumentError(
      absl::StrCat("the herd has no server \"", server, "\", only ", names));
}

}  // namespace

std::string Target::ToString() const {
  if (server.empty()) return endpoint.ToString();
  return absl::StrCat(server, " (", endpoint.ToString(), ")");
}

absl::StatusOr<config::HerdConfig> LoadHerd(const HerdOptions& options) {
  if (options.config_path.empty()) return config::DefaultHerdConfig();
  absl::StatusOr<config::HerdConfig> herd = config::LoadHerdConfig(options.config_path);
  if (!herd.ok()) return absl::InvalidArgumentError(herd.status().message());
  return herd;
}

absl::StatusOr<Target> FindTarget(const HerdOptions& options, const std::string& server) {
  const absl::StatusOr<config::HerdConfig> herd = LoadHerd(options);
  if (!herd.ok()) return herd.status();
  const config::ServerConfig* found = server.empty() ? &herd->servers.front() : herd->Find(server);
  if (found == nullptr) return NoSuchServer(*herd, server);
  const bool is_elsewhere = options.host.has_value() || options.port.has_value();
  return Target{.server = is_elsewhere && server.empty() ? "" : found->name,
                .endpoint = {.host = options.host.value_or(found->host),
                             .port = options.port.value_or(found->client_port)}};
}

absl::StatusOr<TextConnection> Connect(const Target& target, std::chrono::milliseconds timeout) {
  absl::StatusOr<TextConnection> connection =
      TextConnection::Open(target.endpoint, Clock::now() + timeout);
  if (connection.ok()) return connection;
  const std::string who = target.server.empty() ? "" : absl::StrCat(target.server, ": ");
  return absl::Status(connection.status().code(), absl::StrCat(who, connection.status().message(),
                                                               "; is the herd up? ./herd status"));
}

void Complain(const std::string& message) { std::cerr << "herd-client: " << message << std::endl; }

int Fail(const absl::Status& error) {
  Complain(std::string(error.message()));
  return absl::IsInvalidArgument(error) ? kExitUsage : kExitFailed;
}

}  // namespace herd::client
