// How the outcome of a fleet is told.
#pragma once

#include <string>

#include "client/fleet/fleet.h"
#include "client/fleet/fleet_plan.h"

namespace herd::client {

// For people, several lines.
std::string ToTable(const FleetPlan& plan, const FleetOutcome& outcome);

// An object for programs, one line.
std::string ToJson(const FleetPlan& plan, const FleetOutcome& outcome);

}  // namespace herd::client
