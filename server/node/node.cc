#include "server/node/node.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "server/log/log.h"
#include "server/node/descriptors.h"
#include "server/node/identity.h"
#include "server/node/places_status.h"
#include "server/node/status.h"
#include "server/state/clock.h"

namespace herd {
namespace {

// IPv6 addresses take brackets before a port.
std::string HostPort(const std::string& host, std::uint16_t port) {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

std::vector<peer::Peers::Neighbor> NeighborsOf(const config::HerdConfig& herd,
                                               const config::ServerConfig& self) {
  std::vector<peer::Peers::Neighbor> neighbors;
  for (const std::string& name : self.neighbors) {
    const config::ServerConfig& neighbor = *herd.Find(name);
    if (neighbor.propagate_port == 0) continue;  // It speaks text alone.
    neighbors.push_back({name, HostPort(neighbor.host, neighbor.propagate_port)});
  }
  return neighbors;
}

// Errors: INVALID_ARGUMENT, one is not where its address could say who it is.
absl::StatusOr<std::vector<net::TextNeighbor>> TextNeighborsOf(const config::HerdConfig& herd,
                                                               const config::ServerConfig& self) {
  std::vector<net::TextNeighbor> neighbors;
  for (const std::string& name : self.neighbors) {
    const config::ServerConfig& neighbor = *herd.Find(name);
    if (!neighbor.text) continue;
    const std::optional<net::Address> address = net::ParseAddress(neighbor.host);
    if (!address) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the text neighbor ", name, " has the host ", neighbor.host,
          ", which has to be an IP address: AT lines that come from there are believed"));
    }
    neighbors.push_back({.name = name,
                         .address = *address,
                         .port = neighbor.client_port,
                         .shown = HostPort(neighbor.host, neighbor.client_port),
                         .may_be_linked = neighbor.propagate_port != 0});
  }
  return neighbors;
}

absl::flat_hash_set<std::string> ServersOf(const config::HerdConfig& herd) {
  absl::flat_hash_set<std::string> names;
  for (const config::ServerConfig& server : herd.servers) names.insert(server.name);
  return names;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Node>> Node::Start(const NodeOptions& options,
                                                  std::unique_ptr<places::Places> places) {
  const config::ServerConfig* const self = options.herd.Find(options.server);
  if (self == nullptr) {
    return absl::NotFoundError(absl::StrCat("the herd has no server ", options.server));
  }
  if (self->propagate_port == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.server, " speaks text alone in the configuration, so it is another program"));
  }
  auto node = absl::WrapUnique(new Node(options, std::move(places)));
  if (absl::Status status = node->Open(*self); !status.ok()) return status;
  return node;
}

Node::Node(const NodeOptions& options, std::unique_ptr<places::Places> places)
    : options_(options),
      own_{.server = options.server, .start_ns = static_cast<std::uint64_t>(RealtimeNow())},
      store_(own_, options.most_clients),
      places_(std::move(places)) {}

absl::Status Node::Open(const config::ServerConfig& self) {
  auto identity = OpenIdentity(options_);
  if (!identity.ok()) return identity.status();
  identity_ = *std::move(identity);
  if (options_.client_identity.any()) {
    auto client_identity = tls::IdentityKeeper::Start(options_.client_identity, "");
    if (!client_identity.ok()) return client_identity.status();
    client_identity_ = *std::move(client_identity);
  }

  if (absl::Status status = OpenTextLinks(self); !status.ok()) return status;

  if (options_.expire_after > 0) {
    forgetter_ = std::make_unique<Forgetter>(&store_, options_.expire_after, [this] { OnNews(); });
  }
  const Nanos gather = options_.ack == NodeOptions::Ack::kLocal ? peer::Flood::kGather : 0;
  auto peers = peer::Peers::Start(
      &store_, {.own = own_,
                .listen = HostPort(options_.listen, self.propagate_port),
                .neighbors = NeighborsOf(options_.herd, self),
                .identity = identity_.get(),
                .flood = {.in_sync_bound = options_.in_sync_bound,
                          .gather = gather,
                          .expire_after = options_.expire_after},
                .on_acknowledged = [this] { OnAcknowledged(); },
                .on_news = [this] { OnNews(); },
                .on_ready =
                    [this](bool ready) {
                      links_ready_ = ready;
                      TellHealth();
                    },
                .on_link = [this](const std::string& neighbor,
                                  bool up) { text_links_->SetLinked(neighbor, up); }});
  if (!peers.ok()) return peers.status();
  peers_ = *std::move(peers);

  auto front_door =
      net::FrontDoor::Open({.server = self.name,
                            .address = options_.listen,
                            .port = self.client_port,
                            .threads = options_.threads,
                            .log_traffic = options_.log_traffic,
                            .longest_wait = options_.in_sync_bound,
                            .limits = FitConnections(options_.limits, DescriptorLimit()),
                            .text_neighbors = text_addresses_,
                            .herd_servers = ServersOf(options_.herd),
                            .identity = client_identity_.get()},
                           this, places_.get());
  if (!front_door.ok()) return front_door.status();
  front_door_ = *std::move(front_door);
  open_door_.store(front_door_.get());
  OnAcknowledged();  // what was said while there was a door already, but nobody knew of it

  OperatorHost* const host = this;
  auto operator_server =
      OperatorServer::Start({.listen = HostPort(options_.listen, self.operator_port),
                             .identity = identity_.get(),
                             .operator_name = options_.operator_name},
                            host, &store_);
  if (!operator_server.ok()) return operator_server.status();
  operator_server_ = *std::move(operator_server);
  watched_by_.store(operator_server_.get());
  {
    absl::MutexLock lock(&health_mutex_);
    health_of_ = operator_server_.get();
  }
  TellHealth();  // what was said while nobody could be told
  if (absl::Status status = OpenMetrics(self); !status.ok()) return status;
  WatchThreads();

  log::Info(absl::StrCat(self.name, " ", options_.version, " started: clients",
                         client_identity_ != nullptr ? " (TLS)" : "", " on ",
                         HostPort(options_.listen, front_door_->port()), ", neighbors (",
                         absl::StrJoin(self.neighbors, ", "), ") on ", self.propagate_port,
                         ", operators on ", self.operator_port));
  return absl::OkStatus();
}

absl::Status Node::OpenTextLinks(const config::ServerConfig& self) {
  const auto neighbors = TextNeighborsOf(options_.herd, self);
  if (!neighbors.ok()) return neighbors.status();
  if (!neighbors->empty() && client_identity_ != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("the text neighbor ", neighbors->front().name,
                     " speaks no TLS, which everybody at the clients' port has to with "
                     "--client-tls: both do not go together"));
  }
  for (const net::TextNeighbor& neighbor : *neighbors) {
    text_addresses_.insert(neighbor.address);
    log::Info(absl::StrCat("the neighbor ", neighbor.name, " may speak text: AT lines from ",
                           options_.herd.Find(neighbor.name)->host, " are believed"));
  }
  text_links_ = std::make_unique<net::TextLinks>(*neighbors, &store_);
  return absl::OkStatus();
}

absl::Status Node::OpenMetrics(const config::ServerConfig& self) {
  if (self.metrics_port == 0) return absl::OkStatus();
  metrics::MetricsHost* const host = this;
  auto port = metrics::ServeMetrics(options_.metrics_listen, self.metrics_port, host);
  if (!port.ok()) return port.status();
  metrics_ = *std::move(port);
  log::Info(absl::StrCat("metrics on ", HostPort(options_.metrics_listen, self.metrics_port)));
  return absl::OkStatus();
}

void Node::WatchThreads() {
  std::vector<Watchdog::Watched> threads = {
      {.name = "of the links", .turns = [this] { return peers_->turns(); }}};
  for (std::size_t i = 0; i < front_door_->loops(); ++i) {
    threads.push_back({.name = absl::StrCat("of the clients, number ", i),
                       .turns = [this, i] { return front_door_->turns(i); },
                       .wake = [this, i] { front_door_->Wake(i); }});
  }
  watchdog_ = std::make_unique<Watchdog>(
      Watchdog::Options{.threads = std::move(threads),
                        .patience = options_.stuck_after,
                        .on_change = [this](const auto& stuck) { OnStuck(stuck); }});
}

void Node::OnStuck(const std::vector<std::string>& threads) {
  {
    absl::MutexLock lock(&stuck_mutex_);
    stuck_ = threads;
  }
  operator_server_->SetAlive(threads.empty());
}

Node::~Node() {
  log::Info(absl::StrCat(options_.server, " is stopping"));
  forgetter_.reset();
  watchdog_.reset();  // The threads that it watches end now.
  {
    absl::MutexLock lock(&health_mutex_);
    health_of_ = nullptr;
  }
  // First those who ask of it, then what they ask. The front door and the links wake the operators'
  // server as long as they run.
  metrics_.reset();
  if (front_door_ != nullptr) front_door_->Close();
  if (peers_ != nullptr) peers_->Stop();
  operator_server_.reset();
  text_links_.reset();
  places_.reset();
  front_door_.reset();
  log::Info(absl::StrCat(options_.server, " has stopped"));
}

void Node::Leave(absl::Duration bound) {
  const absl::Time now = absl::Now();
  const absl::Time deadline = now + bound;
  leaving_ = true;
  TellHealth();
  log::Info(absl::StrCat(options_.server, " is leaving"));
  front_door_->Leave();
  // Who still waits for Places is told so while there is time to take it.
  if (!front_door_->AwaitLeft(now + bound / 4)) places_->Stop();
  // A client that does not take its replies must not leave the neighbours without theirs.
  if (!front_door_->AwaitLeft(now + bound / 2)) {
    log::Warning(
        absl::StrCat(front_door_->connections(), " clients have not taken their replies in time"));
    watchdog_->Stop();  // These threads end now.
    front_door_->Close();
  }
  if (!peers_->Leave(deadline)) {
    log::Warning("not all neighbors could be handed everything in time");
  }
  if (!text_links_->AwaitTold(deadline)) {
    log::Warning("not all text neighbors could be told everything in time");
  }
}

Versions Node::Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) {
  Store::Executed executed = store_.Execute(requests, sightings);
  if (executed.updates + executed.relayed > 0) unpublished_.store(true);
  if (executed.refused > 0) {
    refused_clients_.Write(log::Level::kWarning, MonotonicNow(), [this] {
      return absl::StrCat("refused the report of a new client: ", options_.most_clients,
                          " are known, and more may not be");
    });
  }
  if (options_.ack == NodeOptions::Ack::kLocal) return {};
  return std::move(executed.reported);
}

void Node::Publish() {
  if (!unpublished_.load() || !unpublished_.exchange(false)) return;
  peers_->Wake();
  OnNews();
}

bool Node::AreAcknowledged(const Versions& versions) {
  for (const Version& version : versions) {
    if (!peers_->IsAcknowledged(version)) return false;
  }
  return true;
}

void Node::Await(const Versions& versions) {
  for (const Version& version : versions) {
    // This server's own are told of by themselves.
    if (version.origin != Store::kOwnOrigin) peers_->Await(version);
  }
}

void Node::OnAcknowledged() {
  net::FrontDoor* const door = open_door_.load();
  if (door != nullptr) door->OnAcknowledged();
}

void Node::OnNews() {
  text_links_->Wake();
  OperatorServer* const watchers = watched_by_.load();
  if (watchers != nullptr) watchers->Wake();
}

void Node::TellHealth() {
  absl::MutexLock lock(&health_mutex_);
  if (health_of_ != nullptr) health_of_->SetHealth(links_ready_ && !leaving_, !leaving_);
}

v1::GetStatusResponse Node::Describe(peer::Peers::Detail detail) {
  v1::GetStatusResponse status;
  DescribeProcess(options_, own_, &status);
  DescribeMap(store_, &status);
  status.set_connections(front_door_->connections());
  DescribeFrontDoor(*front_door_, status.mutable_front_door());
  DescribeLimits(front_door_->limits(), options_, status.mutable_front_door()->mutable_limits());
  DescribeLog(log::Count(), status.mutable_log());
  DescribeCertificates(identity_.get(), client_identity_.get(), &status);
  DescribeLinks(&status);
  for (v1::Neighbor& neighbor : peers_->Describe(detail)) {
    *status.add_neighbors() = std::move(neighbor);
  }
  SumUpNeighbors(&status);
  DescribeTextLinks(*text_links_, status.mutable_text_neighbors());
  if (const OperatorServer* const watched = watched_by_.load()) {
    status.set_watchers(watched->watchers());
  }
  FillIn(places_->Count(), status.mutable_places());
  return status;
}

v1::GetStatusResponse Node::DescribeServer() { return Describe(peer::Peers::Detail::kSummary); }

v1::GetStatusResponse Node::DescribeAll() { return Describe(peer::Peers::Detail::kWithOrigins); }

void Node::DescribeLinks(v1::GetStatusResponse* status) {
  peers_->DescribeServer(status);
  if (!leaving_) return;
  status->set_leaving(true);
  status->set_ready(false);
  status->set_readiness("is leaving");
}

metrics::MetricsHost::Readiness Node::DescribeReadiness() {
  v1::GetStatusResponse status;
  DescribeLinks(&status);
  return {.ready = status.ready(), .why = status.readiness()};
}

std::vector<std::string> Node::StuckThreads() {
  absl::MutexLock lock(&stuck_mutex_);
  return stuck_;
}

v1::ListNeighborsResponse Node::DescribeNeighbors() {
  v1::ListNeighborsResponse response;
  for (v1::Neighbor& neighbor : peers_->Describe(peer::Peers::Detail::kWithOrigins)) {
    *response.add_neighbors() = std::move(neighbor);
  }
  DescribeTextLinks(*text_links_, response.mutable_text_neighbors());
  return response;
}

absl::Status Node::Disconnect(const std::string& neighbor) { return peers_->Disconnect(neighbor); }

absl::Status Node::Reconnect(const std::string& neighbor) { return peers_->Reconnect(neighbor); }

bool Node::Drain() {
  if (leaving_.exchange(true)) return false;
  TellHealth();
  options_.on_drain();
  return true;
}

}  // namespace herd
