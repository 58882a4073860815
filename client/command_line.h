// What the person typed, as values: herd-client's one door to CLI11.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "client/commands/ask.h"
#include "client/commands/clients.h"
#include "client/commands/drain.h"
#include "client/commands/fleet.h"
#include "client/commands/load.h"
#include "client/commands/neighbors.h"
#include "client/commands/status.h"
#include "client/commands/target.h"
#include "client/commands/topology.h"
#include "client/commands/watch.h"

namespace herd::client {

struct SendOptions {
  std::string server;
};

struct ConfigOptions {
  // The file to check; none: print.
  std::optional<std::string> check;
};

struct CommandLine {
  HerdOptions herd;
  std::variant<IamatOptions, WhatsatOptions, SendOptions, StatusOptions, ConfigOptions, LoadOptions,
               FleetOptions, NeighborsOptions, WatchOptions, ClientsOptions, DrainOptions,
               TopologyOptions>
      command;
};

// What to run, or the exit status when there is nothing to run: help was asked for and printed, or
// the command line is wrong and standard error says why.
std::variant<CommandLine, int> ParseCommandLine(int argc, const char* const* argv);

}  // namespace herd::client
