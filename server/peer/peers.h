// All links of one server: the Propagate service, and the streams to the neighbours.
//
// One thread of its own turns one completion queue, on which all streams live; see Run. The public
// functions may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/operator.pb.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "server/log/burst.h"
#include "server/peer/called_stream.h"
#include "server/peer/calling_stream.h"
#include "server/peer/completion.h"
#include "server/peer/flood.h"
#include "server/peer/knock_listener.h"
#include "server/peer/knocker.h"
#include "server/peer/link_traffic.h"
#include "server/peer/rate_meter.h"
#include "server/tls/identity_keeper.h"

namespace herd::peer {

class Peers final : private CalledStream::Host, private KnockListener::Host {
 public:
  struct Neighbor {
    std::string name;
    // "host:port"
    std::string target;
  };

  struct Options {
    OriginId own;
    // Where to listen: "address:port".
    std::string listen;
    std::vector<Neighbor> neighbors;
    // Who this server is to its neighbours, who have to prove who they are too. Null: no TLS.
    // Outlives the peers.
    const tls::IdentityKeeper* identity = nullptr;
    Flood::Options flood;
    // The neighbours have acknowledged more. On the thread of the links; returns soon.
    std::function<void()> on_acknowledged = [] {};
    // The store may have got something new. Likewise.
    std::function<void()> on_news = [] {};
    // Whether clients may be sent here, as far as the links know. At each change, also on the
    // thread of somebody who asks for a description; this object's lock is held.
    std::function<void(bool ready)> on_ready = [](bool) {};
    // The link with that neighbour is up, in both directions, or is so no longer. Likewise.
    std::function<void(const std::string& neighbor, bool up)> on_link = [](const auto&, bool) {};
  };

  // Listens, and starts to connect.
  // Errors: UNAVAILABLE, naming the address that cannot be listened on.
  // `store` outlives the peers.
  static absl::StatusOr<std::unique_ptr<Peers>> Start(Store* store, const Options& options);
  // Stops, if Stop has not been called.
  ~Peers();

  // How often the thread has turned; it does so once a second at least.
  std::uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }

  // The store has something new. Costs next to nothing unless the thread sleeps.
  void Wake();

  // Whether all neighbours in sync have that update.
  bool IsAcknowledged(const Version& version) ABSL_LOCKS_EXCLUDED(mutex_);
  // Somebody waits for that; on_acknowledged will be called when it may have come about.
  void Await(const Version& version) ABSL_LOCKS_EXCLUDED(mutex_);

  // Hands the neighbours what they lack, and tells them that this server leaves. Returns when that
  // is done, or at the deadline; says which. The store must not get updates of its own any more.
  bool Leave(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Closes all links. Wake must not be called any more.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // Closes the link with that neighbour and keeps it closed, and lets it be opened again.
  // Errors: NOT_FOUND, no neighbour has that name.
  absl::Status Disconnect(const std::string& neighbor) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Reconnect(const std::string& neighbor) ABSL_LOCKS_EXCLUDED(mutex_);

  // In the order of the options.
  enum class Detail { kSummary, kWithOrigins };
  std::vector<v1::Neighbor> Describe(Detail detail) ABSL_LOCKS_EXCLUDED(mutex_);
  // What the links know of this server: divergences, rates, readiness and what it lacks.
  void DescribeServer(v1::GetStatusResponse* status) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Streams whose callers have not said who they are.
  static constexpr std::ptrdiff_t kMaxStrangers = 64;

  // What has been logged of a neighbour, and counted.
  struct NeighborState {
    struct Lasting {
      bool holds = false;
      Nanos since = 0;  // since the POSIX epoch
    };
    Lasting outbound_up;
    Lasting inbound_up;
    Lasting in_sync;
    bool linked = false;        // in both directions
    bool disconnected = false;  // by an operator
    LinkTraffic traffic;
    std::uint64_t times_late = 0;
    // By the neighbour.
    std::uint64_t calls = 0;
    std::uint64_t knocks = 0;
    std::string last_error;
  };

  Peers(Store* store, const Options& options);

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Handle(void* tag, bool ok) ABSL_LOCKS_EXCLUDED(mutex_);
  // Writes what there is to write. Returns when to do so again though nothing happens.
  gpr_timespec Pump() ABSL_LOCKS_EXCLUDED(mutex_);
  gpr_timespec NextDeadline() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PumpStreams(Nanos now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Connect(std::size_t neighbor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Look(Nanos now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::size_t> Find(const std::string& neighbor) const;
  void CloseCalls(std::size_t neighbor, const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DescribeTraffic(std::size_t neighbor, v1::Neighbor* description)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DescribeOrigins(std::size_t neighbor, v1::Neighbor* description)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteLate(std::size_t neighbor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteStates() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CompareExpiry(std::size_t neighbor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PublishAcknowledged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // There is work, whether or not anybody can be told.
  void WakeThread();
  void Rouse();
  void OnWoken(bool ok);
  std::string DescribeLags() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasLeft() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return flood_.HasLeft(); }
  bool AllGone() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CloseOldestStranger() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnCalled(CalledStream* stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status OnIdentified(CalledStream* stream, std::size_t neighbor) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnSent(std::size_t neighbor, const v1::Packet& packet) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnReceived(std::size_t neighbor, const v1::Packet& packet) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnRefused(std::size_t neighbor) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++states_[neighbor].traffic.refused_messages;
  }
  void OnLost(std::size_t neighbor, const std::string& reason) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnGone(CalledStream* stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status OnKnock(const grpc::ServerContext& call, const v1::Hello& hello) override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  const Options options_;
  v1::Propagate::AsyncService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;

  // Guards what the thread works on against Describe and Stop; else uncontended.
  absl::Mutex mutex_;
  Flood flood_ ABSL_GUARDED_BY(mutex_);
  std::vector<NeighborState> states_ ABSL_GUARDED_BY(mutex_);
  // By neighbour; none to those that call us.
  std::vector<std::unique_ptr<CallingStream>> calling_ ABSL_GUARDED_BY(mutex_);
  // By neighbour; none to those that this server calls.
  std::vector<std::unique_ptr<Knocker>> knockers_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<KnockListener> knock_listener_ ABSL_GUARDED_BY(mutex_);
  log::Burst refusals_;  // of streams whose callers are no neighbours
  // One more than there are calls.
  std::vector<std::unique_ptr<CalledStream>> called_ ABSL_GUARDED_BY(mutex_);  // the oldest first
  Nanos looked_at_ ABSL_GUARDED_BY(mutex_) = 0;
  RateMeter made_ ABSL_GUARDED_BY(mutex_);
  RateMeter received_ ABSL_GUARDED_BY(mutex_);
  bool told_ready_ ABSL_GUARDED_BY(mutex_) = false;
  bool awaiting_ ABSL_GUARDED_BY(mutex_) = false;  // the neighbours, for another's updates
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // Through where all neighbours in sync have this server's own updates.
  std::atomic<Sequence> acknowledged_{kMaxSequence};

  std::atomic<std::uint64_t> turns_{0};

  // How Wake and the thread agree: the thread says whether news is awaited and that it sleeps, then
  // looks once more for work; who brings work counts it, then looks at what the thread has said.
  std::atomic<std::uint64_t> wakes_{0};
  // Somebody can be told what is new, or the time at which it came matters. Else the next answer of
  // a neighbour brings the thread to it anyway, or there is none.
  std::atomic<bool> news_awaited_{false};
  std::atomic<bool> must_pump_{false};
  std::atomic<bool> sleeping_{false};
  std::atomic<bool> alarm_set_{false};
  grpc::Alarm alarm_;
  CompletionOf<Peers> woken_{this, &Peers::OnWoken};
};

}  // namespace herd::peer
