#include "client/fleet/fleet.h"

#include <memory>
#include <thread>

#include "client/fleet/fleet_thread.h"
#include "client/fleet/ticker.h"
#include "client/load/foreground.h"
#include "client/load/load.h"

namespace herd::client {
namespace {

FleetOutcome OutcomeOf(const FleetThread& fleet, std::size_t servers, bool interrupted) {
  FleetOutcome outcome = {
      .tally = fleet.tally(),
      .seconds = static_cast<double>(fleet.elapsed()) / static_cast<double>(kNanosPerSecond),
      .interrupted = interrupted};
  for (std::size_t i = 0; i < servers; ++i) {
    outcome.is_up.push_back(fleet.watch().IsUp(i));
    outcome.deaths.push_back(fleet.watch().deaths(i));
  }
  return outcome;
}

}  // namespace

absl::StatusOr<FleetOutcome> RunFleet(const FleetPlan& plan, std::ostream& out) {
  AllowAllDescriptors();
  const absl::StatusOr<std::vector<Door>> doors = FindDoors(plan.servers);
  if (!doors.ok()) return doors.status();
  Foreground foreground;
  FleetThread fleet(plan, *doors);
  std::thread thread([&] {
    fleet.Run();
    foreground.Finish();
  });
  Ticker ticker(plan, out);
  bool interrupted = false;
  for (auto event = foreground.Next(); event != Foreground::Event::kFinished;
       event = foreground.Next()) {
    if (event == Foreground::Event::kSecond) ticker.Tell(fleet.progress());
    if (event != Foreground::Event::kInterrupted) continue;
    interrupted = true;
    fleet.Stop();
  }
  thread.join();
  return OutcomeOf(fleet, doors->size(), interrupted);
}

}  // namespace herd::client
