// All links of one server: the Propagate service, and the streams to the neighbours.
//
// One thread of its own turns one completion queue, on which all streams live; see Run. The public
// functions may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/operator.pb.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "server/peer/completion.h"
#include "server/peer/flood.h"
#include "server/peer/inbound_stream.h"
#include "server/peer/outbound_stream.h"

namespace herd::peer {

class Peers final : private InboundStream::Host {
 public:
  struct Neighbor {
    std::string name;
    // "host:port"
    std::string target;
  };

  // Listens on `listen` ("address:port") and starts to connect.
  // Errors: UNAVAILABLE, naming the address that cannot be listened on.
  // `store` outlives the peers.
  static absl::StatusOr<std::unique_ptr<Peers>> Start(Store* store, const OriginId& own,
                                                      const std::string& listen,
                                                      const std::vector<Neighbor>& neighbors);
  // Stops, if Stop has not been called.
  ~Peers();

  // The store has something new. Costs next to nothing unless the thread sleeps.
  void Wake();

  // Closes all links. Wake must not be called any more.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  std::vector<v1::Neighbor> Describe() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Peers(Store* store, const OriginId& own, const std::vector<Neighbor>& neighbors);

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  void Handle(void* tag, bool ok) ABSL_LOCKS_EXCLUDED(mutex_);
  // Writes what there is to write. Returns when to do so again though nothing happens.
  gpr_timespec Pump() ABSL_LOCKS_EXCLUDED(mutex_);
  void OnWoken(bool ok);
  bool AllGone() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Accept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnCalled(InboundStream* stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnIdentified(InboundStream* stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnGone(InboundStream* stream) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  v1::Propagate::AsyncService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::thread thread_;

  // Guards what the thread works on against Describe and Stop; else uncontended.
  absl::Mutex mutex_;
  Flood flood_ ABSL_GUARDED_BY(mutex_);
  std::vector<Neighbor> neighbors_;
  std::vector<std::unique_ptr<OutboundStream>> outbound_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<InboundStream>> inbound_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  VersionVector vector_ ABSL_GUARDED_BY(mutex_);  // as of the last Pump

  // How Wake and the thread agree: the thread says that it sleeps, then looks once more for work;
  // who brings work counts it, then looks whether the thread sleeps.
  std::atomic<std::uint64_t> wakes_{0};
  std::atomic<bool> sleeping_{false};
  std::atomic<bool> alarm_set_{false};
  grpc::Alarm alarm_;
  CompletionOf<Peers> woken_{this, &Peers::OnWoken};
};

}  // namespace herd::peer
