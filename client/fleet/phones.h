// All phones of a fleet: who reports when, and from where. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "client/fleet/fleet_plan.h"
#include "client/fleet/report.h"
#include "client/fleet/walk.h"
#include "client/net/clock.h"

namespace herd::client {

class Phones {
 public:
  // `plan` outlives the phones. They begin at `start`, monotonic, which is `posix_start` since the
  // POSIX epoch.
  Phones(const FleetPlan& plan, Nanos start, Nanos posix_start);

  // When the next report is made, monotonic.
  Nanos next() const;
  // That report.
  Report Make();
  std::uint64_t made() const { return made_; }

 private:
  Nanos SinceStart() const;

  const FleetPlan& plan_;
  const Nanos start_;
  const Nanos posix_start_;
  std::vector<Walk> walks_;
  std::uint64_t made_ = 0;
};

}  // namespace herd::client
