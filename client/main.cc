// herd-client: what a person or a script runs against a herd.
#include <memory>
#include <utility>
#include <variant>

#include "client/command_line.h"
#include "client/commands/ask.h"
#include "client/commands/clients.h"
#include "client/commands/config.h"
#include "client/commands/drain.h"
#include "client/commands/fleet.h"
#include "client/commands/load.h"
#include "client/commands/neighbors.h"
#include "client/commands/send.h"
#include "client/commands/status.h"
#include "client/commands/topology.h"
#include "client/commands/watch.h"

namespace herd::client {
namespace {

struct Runner {
  const HerdOptions& herd;

  int operator()(const IamatOptions& options) const { return RunIamat(herd, options); }
  int operator()(const WhatsatOptions& options) const { return RunWhatsat(herd, options); }
  int operator()(const SendOptions& options) const { return RunSend(herd, options.server); }
  int operator()(const StatusOptions& options) const { return RunStatus(herd, options); }
  int operator()(const LoadOptions& options) const { return RunLoadCommand(herd, options); }
  int operator()(const NeighborsOptions& options) const { return RunNeighbors(herd, options); }
  int operator()(const WatchOptions& options) const { return RunWatch(herd, options); }
  int operator()(const ClientsOptions& options) const { return RunClients(herd, options); }
  int operator()(const DrainOptions& options) const { return RunDrain(herd, options); }
  int operator()(const FleetOptions& options) const { return RunFleetCommand(herd, options); }
  int operator()(const TopologyOptions& options) const { return RunTopology(herd, options); }
  int operator()(const ConfigOptions& options) const {
    return options.check.has_value() ? RunConfigCheck(*options.check) : RunConfig(herd);
  }
};

int Main(int argc, char** argv) {
  const std::variant<CommandLine, int> parsed = ParseCommandLine(argc, argv);
  if (const int* exit_status = std::get_if<int>(&parsed)) return *exit_status;
  auto line = std::get<CommandLine>(parsed);
  if (line.herd.identity_files.any()) {
    absl::StatusOr<tls::Identity> identity = tls::LoadIdentity(line.herd.identity_files);
    if (!identity.ok()) return Fail(identity.status());
    line.herd.identity = std::make_shared<const tls::Identity>(*std::move(identity));
  }
  return std::visit(Runner{line.herd}, line.command);
}

}  // namespace
}  // namespace herd::client

int main(int argc, char** argv) { return herd::client::Main(argc, argv); }
