#include "client/load/worker.h"

#include <algorithm>
#include <limits>

namespace herd::client {
namespace {

constexpr Nanos kNever = std::numeric_limits<Nanos>::max();
constexpr Nanos kSweepEvery = 100 * kNanosPerMillisecond;
constexpr Nanos kDrainAfterStop = kNanosPerSecond;
constexpr std::size_t kReadBytes = std::size_t{256} << 10;

std::uint64_t Granted(const LoadPlan& plan, Part part) {
  return plan.requests == 0 ? std::numeric_limits<std::uint64_t>::max() : part.Of(plan.requests);
}

}  // namespace

Worker::Worker(LoadShared& shared, std::uint32_t index)
    : shared_(shared),
      part_{.index = index, .count = shared.plan.threads},
      posix_offset_(PosixNow() - MonotonicNow()),
      source_(shared.plan.mix, part_),
      buffer_(kReadBytes),
      remaining_(Granted(shared.plan, part_)),
      end_(kNever) {
  const std::uint32_t busy = shared.plan.connections;
  AddConnections(Connection::Use::kBusy, 0, busy, busy_);
  AddConnections(Connection::Use::kIdle, busy, busy + shared.plan.idle, idle_);
}

// Those of the numbers from `first` to `end` that are the part's.
void Worker::AddConnections(Connection::Use use, std::uint32_t first, std::uint32_t end,
                            std::deque<Connection>& to) {
  for (std::uint32_t i = first; i < end; ++i) {
    if (i % part_.count != part_.index) continue;
    to.emplace_back(use, shared_.doors[i % shared_.doors.size()], shared_.text, plan().verify_every,
                    poller_, tally_);
  }
}

void Worker::Run() {
  Connect();
  if (tally_.errors.total() > 0) shared_.failed = true;
  shared_.connected.arrive_and_wait();
  begin_ = MonotonicNow();
  tally_.last_reply = begin_;
  last_open_ = begin_;
  if (shared_.failed || shared_.stop) return;
  const Nanos cpu_before = ThreadCpu();
  if (plan().duration > 0) end_ = begin_ + plan().duration;
  has_begun_ = true;
  Begin();
  while (!IsDone(MonotonicNow())) Turn();
  for (Connection& connection : busy_) connection.GiveUp();
  tally_.cpu = ThreadCpu() - cpu_before;
  Publish();
}

bool Worker::IsAny(Connection::State state) const {
  const auto is = [state](const Connection& each) { return each.state() == state; };
  return std::ranges::any_of(busy_, is) || std::ranges::any_of(idle_, is);
}

void Worker::Connect() {
  Redial(MonotonicNow());
  while (IsAny(Connection::State::kConnecting) && !shared_.stop) {
    Wait(MonotonicNow() + kSweepEvery);
    for (auto* group : {&busy_, &idle_}) {
      for (Connection& each : *group) each.CheckPatience(MonotonicNow(), plan().timeout);
    }
  }
}

void Worker::Wait(Nanos until) {
  for (const Poller::Ready& ready : poller_.Wait(until - MonotonicNow())) {
    auto& connection = *static_cast<Connection*>(ready.who);
    connection.OnReady(ready, buffer_);
    const bool is_busy = connection.use() == Connection::Use::kBusy;
    if (has_begun_ && is_busy && connection.is_open()) OnReplies(connection);
  }
}

void Worker::Turn() {
  const Nanos next_due = is_over_ ? kNever : SendDue(MonotonicNow());
  Wait(std::min({next_due, next_sweep_, is_over_ ? drain_end_ : end_}));
  const Nanos now = MonotonicNow();
  CheckEnd(now);
  if (now >= next_sweep_) Sweep(now);
  Publish();
}

void Worker::Sweep(Nanos now) {
  next_sweep_ = now + kSweepEvery;
  for (auto* group : {&busy_, &idle_}) {
    for (Connection& each : *group) each.CheckPatience(now, plan().timeout);
  }
  if (!is_over_) Redial(now);
  if (IsAny(Connection::State::kOpen)) last_open_ = now;
}

void Worker::Redial(Nanos now) {
  for (auto* group : {&busy_, &idle_}) {
    for (Connection& each : *group) {
      if (each.state() == Connection::State::kClosed) each.Dial(now);
    }
  }
}

void Worker::CheckEnd(Nanos now) {
  const bool is_deserted = now - last_open_ > plan().timeout;
  if (is_over_ && !shared_.stop) return;
  if (!is_over_) drain_end_ = kNever;
  if (shared_.stop) drain_end_ = std::min(drain_end_, now + kDrainAfterStop);
  is_over_ = is_over_ || shared_.stop || now >= end_ || remaining_ == 0 || is_deserted;
}

bool Worker::IsDone(Nanos now) {
  if (!is_over_) return false;
  const auto owes = [](const Connection& each) { return !each.owed().empty(); };
  return now >= drain_end_ || std::ranges::none_of(busy_, owes);
}

void Worker::CountNotSent() {
  tally_.errors.Count(ErrorKind::kNotSent, [] { return "all connections are down"; });
}

void Worker::Publish() {
  replies_.store(tally_.replies, std::memory_order_relaxed);
  errors_.store(tally_.errors.total(), std::memory_order_relaxed);
}

}  // namespace herd::client
