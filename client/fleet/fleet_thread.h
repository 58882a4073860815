// The thread on which a fleet's phones report: all connections, from the first report until the
// last one is acknowledged.
#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/fleet/fleet_connection.h"
#include "client/fleet/fleet_plan.h"
#include "client/fleet/fleet_tally.h"
#include "client/fleet/phones.h"
#include "client/fleet/server_watch.h"
#include "client/load/connection.h"
#include "client/net/clock.h"
#include "client/net/poller.h"

namespace herd::client {

// How a fleet stands.
struct FleetProgress {
  std::uint64_t made = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t waiting = 0;
  std::uint64_t late = 0;
  std::uint64_t fail_overs = 0;
  std::uint64_t errors = 0;
  std::vector<bool> is_up;  // by server
};

class FleetThread {
 public:
  // Both outlive it; the doors are those of the plan's servers.
  FleetThread(const FleetPlan& plan, const std::vector<Door>& doors);

  // Returns at the plan's end or after Stop, when every report has been answered, or when nothing
  // has been for the plan's timeout.
  void Run();

  // Any thread. No further report is made.
  void Stop();
  FleetProgress progress() const ABSL_LOCKS_EXCLUDED(mutex_);

  // After Run.
  const FleetTally& tally() const { return tally_; }
  const ServerWatch& watch() const { return watch_; }
  // From the first report to the last, or to the last answer if that is later.
  Nanos elapsed() const { return last_answer_ - start_; }

 private:
  void MakeDue(Nanos now);
  void Hear(Nanos until);
  void Tick(Nanos now);
  void NoteAnswers(Nanos now);
  void Publish() ABSL_LOCKS_EXCLUDED(mutex_);
  // However late it is, every report that is due before the end is made.
  bool IsOver() const { return is_stopped_ || phones_.next() >= end_; }
  bool IsGivenUp(Nanos now) const;

  const FleetPlan& plan_;
  Poller poller_;
  FleetTally tally_;
  ServerWatch watch_;
  FleetConnection::Shared shared_;
  std::deque<FleetConnection> connections_;

  const Nanos start_;
  const Nanos end_;
  Phones phones_;
  Nanos next_tick_ = 0;
  Nanos last_answer_;
  std::uint64_t answered_ = 0;  // when last_answer_ was set

  std::atomic<bool> is_stopped_ = false;
  mutable absl::Mutex mutex_;
  FleetProgress progress_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace herd::client
