// herd-client fleet: phones that move over a city and report to a herd, whichever of its servers
// are up.
#pragma once

#include <string>
#include <vector>

#include "client/commands/target.h"
#include "client/fleet/fleet_plan.h"

namespace herd::client {

struct FleetOptions {
  // Names, or HOST:PORT; none: all servers of the herd.
  std::vector<std::string> servers;
  // All but the servers, the timeout and the center.
  FleetPlan plan;
  // Empty: the plan's.
  std::string center;
  // Where to write JSON: a path, "-" for standard output, empty for nowhere.
  std::string json;
};

// Tells standard output each second how it goes, and at the end how it went; standard error when
// the JSON goes there. Returns the exit status: kExitFailed unless every report was acknowledged.
int RunFleetCommand(const HerdOptions& herd, const FleetOptions& options);

}  // namespace herd::client
