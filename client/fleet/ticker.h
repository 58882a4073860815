// Tells each second how a fleet goes: a line of figures, and a line for each server that died or
// came back. One thread.
#pragma once

#include <ostream>

#include "client/fleet/fleet_plan.h"
#include "client/fleet/fleet_thread.h"

namespace herd::client {

class Ticker {
 public:
  // Both outlive it.
  Ticker(const FleetPlan& plan, std::ostream& out);

  // To be called once a second.
  void Tell(const FleetProgress& progress);

 private:
  void TellServers(const FleetProgress& progress);

  const FleetPlan& plan_;
  std::ostream& out_;
  FleetProgress before_;
  int seconds_ = 0;
};

}  // namespace herd::client
