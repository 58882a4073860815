// What a fleet is to be. Plain values.
#pragma once

#include <cstdint>
#include <vector>

#include "client/fleet/place.h"
#include "client/load/plan.h"
#include "client/net/clock.h"

namespace herd::client {

struct FleetPlan {
  // At least one. The connections are at home at them in turn.
  std::vector<LoadServer> servers;
  // At least one. The phones share them: so many people as there are would not fit on one machine.
  std::uint32_t connections = 50;

  std::uint32_t phones = 1000;
  // Between two reports of a phone. The phones report one after the other, evenly.
  Nanos interval = kNanosPerSecond;
  // 0: until it is stopped.
  Nanos duration = 0;

  Place center = {.latitude = 34.068930, .longitude = -118.445127};
  double radius_m = 10'000;
  std::uint64_t seed = 1;

  // A server that is silent for so long while it owes something is as good as dead.
  Nanos patience = 2 * kNanosPerSecond;
  // At the end: for how long nothing may be acknowledged before the rest is given up.
  Nanos timeout = 10 * kNanosPerSecond;
};

}  // namespace herd::client
