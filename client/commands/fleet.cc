#include "client/commands/fleet.h"

#include <cmath>
#include <iostream>
#include <utility>

#include "client/commands/load.h"
#include "client/fleet/fleet.h"
#include "client/fleet/fleet_report.h"

namespace herd::client {
namespace {

// Nearer to a pole the streets of a grid would not stay parallel.
constexpr double kFarthestNorth = 85;

absl::StatusOr<Place> FindCenter(const FleetOptions& options) {
  if (options.center.empty()) return options.plan.center;
  absl::StatusOr<Place> center = ParsePlace(options.center);
  if (center.ok() && std::abs(center->latitude) > kFarthestNorth) {
    return absl::InvalidArgumentError("--center is too near to a pole for a city");
  }
  return center;
}

absl::StatusOr<FleetPlan> Complete(const HerdOptions& herd, const FleetOptions& options) {
  FleetPlan plan = options.plan;
  const absl::StatusOr<Place> center = FindCenter(options);
  if (!center.ok()) return center.status();
  absl::StatusOr<std::vector<LoadServer>> servers = FindLoadServers(herd, options.servers);
  if (!servers.ok()) return servers.status();
  plan.center = *center;
  plan.servers = *std::move(servers);
  plan.timeout = std::chrono::nanoseconds(herd.timeout).count();
  return plan;
}

}  // namespace

int RunFleetCommand(const HerdOptions& herd, const FleetOptions& options) {
  const absl::StatusOr<FleetPlan> plan = Complete(herd, options);
  if (!plan.ok()) return Fail(plan.status());
  std::ostream& out = options.json == "-" ? std::cerr : std::cout;
  const absl::StatusOr<FleetOutcome> outcome = RunFleet(*plan, out);
  if (!outcome.ok()) return Fail(outcome.status());
  out << ToTable(*plan, *outcome) << std::flush;
  if (!options.json.empty()) {
    const absl::Status written = WriteReport(options.json, ToJson(*plan, *outcome));
    if (!written.ok()) return Fail(written);
  }
  return outcome->IsClean() ? kExitOk : kExitFailed;
}

}  // namespace herd::client
