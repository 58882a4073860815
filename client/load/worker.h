// One thread of a load: its connections, kept open, and what is common to the two ways of loading.
//
// Made by the main thread and then run by its own, to which all but Wake, replies and errors
// belong.
#pragma once

#include <atomic>
#include <barrier>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "client/load/connection.h"
#include "client/load/plan.h"
#include "client/load/request_source.h"
#include "client/load/tally.h"
#include "client/net/poller.h"

namespace herd::client {

// What the threads of a load have in common. Outlives them.
struct LoadShared {
  LoadShared(const LoadPlan& its_plan, std::vector<Door> its_doors)
      : plan(its_plan),
        doors(std::move(its_doors)),
        text(its_plan.question),
        connected(its_plan.threads) {}

  const LoadPlan& plan;
  const std::vector<Door> doors;
  const RequestText text;
  // Nobody sends before all have connected.
  std::barrier<> connected;
  // Some connection could not be made at the beginning: nothing is sent.
  std::atomic<bool> failed = false;
  // Somebody has had enough: nothing more is sent, and what is owed is waited for but shortly.
  std::atomic<bool> stop = false;
};

class Worker {
 public:
  Worker(LoadShared& shared, std::uint32_t index);
  virtual ~Worker() = default;

  void Run();

  // Any thread: makes it look at LoadShared::stop.
  void Wake() { poller_.Wake(); }
  // Any thread: counts so far.
  std::uint64_t replies() const { return replies_.load(std::memory_order_relaxed); }
  std::uint64_t errors() const { return errors_.load(std::memory_order_relaxed); }

  // After Run.
  const Tally& tally() const { return tally_; }
  Nanos begin() const { return begin_; }

 protected:
  // The first requests.
  virtual void Begin() {}
  // The connection has got replies, or has just been opened.
  virtual void OnReplies(Connection& connection) = 0;
  // Sends what is due, and returns when to be called again.
  virtual Nanos SendDue(Nanos now) = 0;

  // Takes one request from what the plan grants; false when there is none left, or the time is up.
  bool MaySend() { return !is_over_ && remaining_ > 0; }
  Request NextRequest(Nanos now) {
    --remaining_;
    return source_.Next(now + posix_offset_);
  }

  const LoadPlan& plan() const { return shared_.plan; }
  Part part() const { return part_; }
  std::deque<Connection>& busy() { return busy_; }
  void CountNotSent();

 private:
  void AddConnections(Connection::Use use, std::uint32_t first, std::uint32_t end,
                      std::deque<Connection>& to);
  void Connect();
  bool IsAny(Connection::State state) const;
  void Wait(Nanos until);
  void Turn();
  void Sweep(Nanos now);
  void Redial(Nanos now);
  void CheckEnd(Nanos now);
  bool IsDone(Nanos now);
  void Publish();

  LoadShared& shared_;
  const Part part_;
  const Nanos posix_offset_;  // of the POSIX clock to the monotonic one
  Poller poller_;
  Tally tally_;
  RequestSource source_;
  std::deque<Connection> busy_;
  std::deque<Connection> idle_;
  std::vector<char> buffer_;

  std::uint64_t remaining_;
  Nanos begin_ = 0;
  Nanos end_;  // nothing is sent from then on
  Nanos next_sweep_ = 0;
  Nanos last_open_ = 0;   // when a connection was open last
  Nanos drain_end_ = 0;   // replies are waited for until then
  bool is_over_ = false;  // nothing more is sent
  bool has_begun_ = false;

  std::atomic<std::uint64_t> replies_ = 0;
  std::atomic<std::uint64_t> errors_ = 0;
};

}  // namespace herd::client
