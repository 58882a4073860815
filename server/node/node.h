// One server of the herd: wires the state, the links, the front door and Places together.
//
// Started and destroyed by one thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "frontend/net/front_door.h"
#include "frontend/net/text_links.h"
#include "frontend/places/places.h"
#include "frontend/session/herd.h"
#include "herd/v1/operator.pb.h"
#include "server/config/herd_config.h"
#include "server/log/burst.h"
#include "server/metrics/metrics_server.h"
#include "server/node/forgetter.h"
#include "server/node/watchdog.h"
#include "server/operator/operator_server.h"
#include "server/peer/peers.h"
#include "server/state/store.h"
#include "server/tls/identity_keeper.h"

namespace herd {

struct NodeOptions {
  config::HerdConfig herd;
  // Which server of the herd this is.
  std::string server;
  std::string version;
  // The address that all ports but that of the metrics listen on, and the metrics' own.
  std::string listen;
  std::string metrics_listen = "127.0.0.1";
  int threads = 1;
  bool log_traffic = false;
  // 0 connections: as many as the process may have. 0 of an address: half of them.
  net::Limits limits = {.connections = 0, .connections_per_address = 0};
  // When so many clients are known, further ones' reports are refused.
  std::size_t most_clients = Store::kAnyNumber;
  // A client that is silent for so long is forgotten; 0: none is.
  Nanos expire_after = 0;
  // When the reply to a report may leave: when this server has it, or when its neighbours have too.
  enum class Ack { kLocal, kNeighbors };
  Ack ack = Ack::kNeighbors;
  // A neighbour that acknowledges later than this is not waited for.
  Nanos in_sync_bound = 500 * kNanosPerMillisecond;
  // A thread that serves and has not turned for so long is stuck.
  Nanos stuck_after = 10 * kNanosPerSecond;
  // Who this server is to its neighbours and to operators, and whom it believes; none: no TLS.
  tls::IdentityFiles identity;
  // With TLS: operators are those with a certificate for this name.
  std::string operator_name = "operator";
  // Who this server is to its clients, without authorities; none: they speak without TLS.
  tls::IdentityFiles client_identity = {};
  // An operator wants the server to leave: whoever owns the node is to call Leave and destroy it.
  // On any thread, once; returns at once.
  std::function<void()> on_drain = [] {};
};

class Node final : private Herd, private OperatorHost, private metrics::MetricsHost {
 public:
  // Serves as soon as it returns, whether or not a neighbour can be reached.
  // Errors: a port that cannot be listened on, by its number.
  static absl::StatusOr<std::unique_ptr<Node>> Start(const NodeOptions& options,
                                                     std::unique_ptr<places::Places> places);
  // Stops, at once if Leave has not been called.
  ~Node() override;

  // Refuses new clients, answers those who are there, hands the neighbours what they lack, and
  // tells them that this server goes. Takes `bound` at most.
  void Leave(absl::Duration bound);

 private:
  Node(const NodeOptions& options, std::unique_ptr<places::Places> places);

  absl::Status Open(const config::ServerConfig& self);
  // Before all that calls OnNews.
  absl::Status OpenTextLinks(const config::ServerConfig& self);
  absl::Status OpenMetrics(const config::ServerConfig& self);
  Versions Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) override;
  void Publish() override;
  bool AreAcknowledged(const Versions& versions) override;
  void Await(const Versions& versions) override;
  void OnAcknowledged();
  void OnNews();
  void WatchThreads();
  void OnStuck(const std::vector<std::string>& threads) ABSL_LOCKS_EXCLUDED(stuck_mutex_);
  void TellHealth() ABSL_LOCKS_EXCLUDED(health_mutex_);

  v1::GetStatusResponse Describe(peer::Peers::Detail detail);
  v1::GetStatusResponse DescribeServer() override;
  v1::GetStatusResponse DescribeAll() override;
  v1::ListNeighborsResponse DescribeNeighbors() override;
  metrics::MetricsHost::Readiness DescribeReadiness() override;
  std::vector<std::string> StuckThreads() override ABSL_LOCKS_EXCLUDED(stuck_mutex_);
  void DescribeLinks(v1::GetStatusResponse* status);
  absl::Status Disconnect(const std::string& neighbor) override;
  absl::Status Reconnect(const std::string& neighbor) override;
  bool Drain() override;

  const NodeOptions options_;
  const OriginId own_;
  std::unique_ptr<tls::IdentityKeeper> identity_;         // null: no TLS
  std::unique_ptr<tls::IdentityKeeper> client_identity_;  // likewise
  Store store_;
  log::Burst refused_clients_;
  // The store has updates of which the links have not been told.
  std::atomic<bool> unpublished_{false};

  // Stopped and destroyed by the destructor, those who ask before those who are asked.
  std::unique_ptr<peer::Peers> peers_;
  std::unique_ptr<net::FrontDoor> front_door_;
  // The front door, once it is open: the links hear of acknowledgements before.
  std::atomic<net::FrontDoor*> open_door_{nullptr};
  std::unique_ptr<places::Places> places_;
  absl::flat_hash_set<net::Address> text_addresses_;
  std::unique_ptr<net::TextLinks> text_links_;
  std::unique_ptr<OperatorServer> operator_server_;
  std::unique_ptr<metrics::HttpPort> metrics_;

  // As the front door, of those who watch.
  std::atomic<OperatorServer*> watched_by_{nullptr};
  std::atomic<bool> links_ready_{false};
  std::atomic<bool> leaving_{false};
  // Also taken while the links' lock is held, so that nothing may ask them under it.
  absl::Mutex health_mutex_;
  // Of its own, which no thread takes that may be stuck.
  absl::Mutex stuck_mutex_;
  std::vector<std::string> stuck_ ABSL_GUARDED_BY(stuck_mutex_);
  // Watches all those above, and tells the operators' server and whoever asks for stuck_.
  std::unique_ptr<Watchdog> watchdog_;
  std::unique_ptr<Forgetter> forgetter_;                                // null: nobody is forgotten
  OperatorServer* health_of_ ABSL_GUARDED_BY(health_mutex_) = nullptr;  // while it serves
};

}  // namespace herd
