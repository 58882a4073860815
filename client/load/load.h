// Runs a load against servers.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "client/load/connection.h"
#include "client/load/outcome.h"
#include "client/load/plan.h"

namespace herd::client {

// Until the plan's end, or Ctrl-C. Shows on a terminal how it goes. Makes and ends its own threads;
// to be called by the program's first thread.
// Errors: Unavailable when the host of a server is unknown. All else is counted in the outcome.
absl::StatusOr<LoadOutcome> RunLoad(const LoadPlan& plan);

// Where the servers are. Errors: Unavailable when the host of one is unknown.
absl::StatusOr<std::vector<Door>> FindDoors(const std::vector<LoadServer>& servers);

// As many connections as the system lets this user have.
void AllowAllDescriptors();

}  // namespace herd::client
