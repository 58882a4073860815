// The streams of WatchClients: one thread that tells all watchers what there is to tell.
//
// The thread sleeps unless a watcher lacks something; it looks at the store a hundred times a
// second at most, and gives way to those who serve clients. A watcher that does not read has one
// message under way and costs nothing more. The public functions may be called from any thread.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/operator.pb.h"
#include "server/operator/client_watch.h"
#include "server/state/store.h"

namespace herd {

class Watches {
 public:
  static constexpr std::size_t kMaxWatchers = 1000;
  // Clients inside the areas of all watchers, some hundred bytes each, and those with long ids
  // counted accordingly, see ClientWatch::inside_load; a watcher with whom there
  // are more is sent away.
  static constexpr std::size_t kMaxInside = 3'000'000;

  // `store` outlives the watches.
  explicit Watches(const Store* store);
  // After Stop, and when gRPC's server has shut down.
  ~Watches();

  // The stream of a new watcher; gRPC's from then on.
  grpc::ServerWriteReactor<v1::WatchClientsResponse>* Open(const v1::WatchClientsRequest& request)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The store may have something new. Costs next to nothing unless a watcher waits for that.
  void Wake() {
    if (awaiting_news_.load()) Rouse();
  }

  // Ends all streams, and lets none be opened.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  std::size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class Stream;

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<Stream*> TakeIdle() ABSL_LOCKS_EXCLUDED(mutex_);
  // Tells what there is to tell. False: all of these know everything.
  bool Tell(const std::vector<Stream*>& idle) ABSL_LOCKS_EXCLUDED(mutex_);
  bool TellOne(Stream* stream) ABSL_LOCKS_EXCLUDED(mutex_);
  void Sleep() ABSL_LOCKS_EXCLUDED(mutex_);
  void Rouse() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasEvent() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return event_; }
  bool IsInHurry() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || hurry_; }
  bool IsOver() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ && streams_.empty();
  }

  const Store* const store_;
  // The thread's, as of its last look at the store.
  VersionVector vector_;
  std::uint64_t forgotten_ = 0;

  mutable absl::Mutex mutex_;
  std::vector<std::unique_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
  std::size_t inside_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Something has happened since the thread last looked.
  bool event_ ABSL_GUARDED_BY(mutex_) = false;
  // There is more for a watcher that has just been written to.
  bool hurry_ ABSL_GUARDED_BY(mutex_) = false;

  // How Wake and the thread agree: the thread says that it awaits news, then looks once more; who
  // brings news has changed the store, then looks at what the thread has said.
  std::atomic<bool> awaiting_news_{false};
  std::thread thread_;
};

}  // namespace herd
