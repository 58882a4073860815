// Runs a fleet of phones through a herd.
#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include "absl/status/statusor.h"
#include "client/fleet/fleet_plan.h"
#include "client/fleet/fleet_tally.h"

namespace herd::client {

struct FleetOutcome {
  FleetTally tally;
  // From the first report to the last, or to the last answer if that is later.
  double seconds = 0;
  // Somebody pressed Ctrl-C.
  bool interrupted = false;
  // By server: at the end, and how often it was found dead.
  std::vector<bool> is_up;
  std::vector<std::uint64_t> deaths;

  // Every report was acknowledged, by whichever server.
  bool IsClean() const { return tally.waiting() == 0 && tally.errors.total() == 0; }
};

// Until the plan's end, or Ctrl-C. Tells `out` each second how it goes. Makes and ends its own
// thread; to be called by the program's first thread.
// Errors: Unavailable when the host of a server is unknown. All else is counted in the outcome.
absl::StatusOr<FleetOutcome> RunFleet(const FleetPlan& plan, std::ostream& out);

}  // namespace herd::client
