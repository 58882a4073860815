// The port at which clients report and ask: some threads that share it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "frontend/net/client_loop.h"

namespace herd::net {

class FrontDoor {
 public:
  struct Options {
    // The server's name.
    std::string server;
    // Where to listen: a name or an IP address, and a port (0: any that is free).
    std::string address;
    std::uint16_t port = 0;
    // At least 1.
    int threads = 1;
    // Log every line in and out.
    bool log_traffic = false;
    // A reply waits no longer for the neighbours to have another server's update.
    Nanos longest_wait = 500 * kNanosPerMillisecond;
    Limits limits = {};
    // Where text neighbours are, whose AT lines count; and all servers that these may name.
    absl::flat_hash_set<Address> text_neighbors = {};
    absl::flat_hash_set<std::string> herd_servers = {};
    // What clients are shown, who then have to speak TLS; null: they speak without. Outlives the
    // door.
    const tls::IdentityKeeper* identity = nullptr;
  };

  // `herd` and `places` outlive the front door.
  // Errors: UNAVAILABLE, naming the address that cannot be listened on; INVALID_ARGUMENT, the
  // certificate or its key cannot be used.
  static absl::StatusOr<std::unique_ptr<FrontDoor>> Open(const Options& options, Herd* herd,
                                                         places::Places* places);

  // Any thread. The neighbours have acknowledged more: replies may leave.
  void OnAcknowledged();

  // Once. Accepts no more clients, answers what those who are there have asked, and closes their
  // connections. Does not wait.
  void Leave() ABSL_LOCKS_EXCLUDED(mutex_);
  // After Leave. Until that is done, or the deadline; says which.
  bool AwaitLeft(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Closes all connections; the herd and the places are not called any more.
  void Close();

  // Any thread.
  std::size_t connections() const { return shared_.admission.inside(); }
  DoorCounts Count() const;
  // Bytes of commands and replies that are kept for clients.
  std::size_t kept_bytes() const { return shared_.kept_bytes.load(std::memory_order_relaxed); }
  const Limits& limits() const { return shared_.limits; }
  // Likewise, of the threads: how many there are, how often one has turned; and lets it turn once.
  std::size_t loops() const { return loops_.size(); }
  std::uint64_t turns(std::size_t loop) const { return loops_[loop]->turns(); }
  void Wake(std::size_t loop) { loops_[loop]->Wake(); }
  std::uint16_t port() const { return port_; }

 private:
  explicit FrontDoor(const Limits& limits) : shared_(limits) {}

  ClientLoop::Shared shared_;
  std::uint16_t port_ = 0;
  absl::Mutex mutex_;
  std::size_t loops_leaving_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<ClientLoop>> loops_;  // last: they use what stands above
};

}  // namespace herd::net
