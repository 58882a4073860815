#include "client/fleet/fleet_thread.h"

#include <algorithm>
#include <limits>

namespace herd::client {
namespace {

constexpr Nanos kTickEvery = 20 * kNanosPerMillisecond;
// When it is late, it looks at the replies again after so many reports.
constexpr int kMostAtOnce = 1024;

Nanos EndOf(const FleetPlan& plan, Nanos start) {
  return plan.duration > 0 ? start + plan.duration : std::numeric_limits<Nanos>::max();
}

}  // namespace

FleetThread::FleetThread(const FleetPlan& plan, const std::vector<Door>& doors)
    : plan_(plan),
      watch_(doors, poller_, plan.patience),
      shared_{.doors = doors,
              .patience = plan.patience,
              .poller = poller_,
              .watch = watch_,
              .tally = tally_},
      start_(MonotonicNow()),
      end_(EndOf(plan, start_)),
      phones_(plan, start_, PosixNow()),
      last_answer_(start_) {
  tally_.acknowledged_by.resize(doors.size());
  for (std::size_t i = 0; i < plan.connections; ++i) connections_.emplace_back(i, shared_);
  Publish();
}

void FleetThread::Run() {
  while (!IsOver()) {
    MakeDue(MonotonicNow());
    Hear(phones_.next());
  }
  // What is still waiting has the plan's timeout from now on.
  last_answer_ = MonotonicNow();
  while (tally_.waiting() > 0 && !IsGivenUp(MonotonicNow())) Hear(next_tick_);
  Publish();
}

void FleetThread::Stop() {
  is_stopped_ = true;
  poller_.Wake();
}

bool FleetThread::IsGivenUp(Nanos now) const { return now - last_answer_ > plan_.timeout; }

void FleetThread::MakeDue(Nanos now) {
  for (int i = 0; i < kMostAtOnce && phones_.next() <= now && phones_.next() < end_; ++i) {
    Report report = phones_.Make();
    ++tally_.made;
    FleetConnection& connection = connections_[report.phone % connections_.size()];
    connection.Send(std::move(report), now);
    connection.Flush();
  }
}

void FleetThread::Hear(Nanos until) {
  const Nanos wait = std::min(until, next_tick_) - MonotonicNow();
  for (const Poller::Ready& ready : poller_.Wait(wait)) {
    static_cast<Watcher*>(ready.who)->OnReady(ready, MonotonicNow());
  }
  const Nanos now = MonotonicNow();
  NoteAnswers(now);
  if (now >= next_tick_) Tick(now);
}

void FleetThread::NoteAnswers(Nanos now) {
  const std::uint64_t answered = tally_.made - tally_.waiting();
  if (answered == answered_) return;
  answered_ = answered;
  last_answer_ = now;
}

void FleetThread::Tick(Nanos now) {
  next_tick_ = now + kTickEvery;
  watch_.Tick(now);
  for (FleetConnection& connection : connections_) connection.Tick(now);
  Publish();
}

void FleetThread::Publish() {
  const absl::MutexLock lock(&mutex_);
  progress_ = {.made = tally_.made,
               .acknowledged = tally_.acknowledged,
               .waiting = tally_.waiting(),
               .late = tally_.late,
               .fail_overs = tally_.fail_overs,
               .errors = tally_.errors.total()};
  for (std::size_t i = 0; i < plan_.servers.size(); ++i) {
    progress_.is_up.push_back(watch_.IsUp(i));
  }
}

FleetProgress FleetThread::progress() const {
  const absl::MutexLock lock(&mutex_);
  return progress_;
}

}  // namespace herd::client
