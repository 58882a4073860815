#include "server/node/node.h"

#include <time.h>

#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "server/log/log.h"
#include "server/node/places_status.h"

namespace herd {
namespace {

std::uint64_t RealtimeNow() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec * kNanosPerSecond + now.tv_nsec);
}

// IPv6 addresses take brackets before a port.
std::string HostPort(const std::string& host, std::uint16_t port) {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

void SumUp(v1::GetStatusResponse* status) {
  for (const v1::Neighbor& neighbor : status->neighbors()) {
    status->set_received_updates(status->received_updates() + neighbor.received_updates());
    status->set_duplicate_updates(status->duplicate_updates() + neighbor.duplicate_updates());
    status->set_grafts(status->grafts() + neighbor.grafts());
    status->set_prunes(status->prunes() + neighbor.prunes());
    status->set_repairs(status->repairs() + neighbor.repairs());
  }
}

std::vector<peer::Peers::Neighbor> NeighborsOf(const config::HerdConfig& herd,
                                               const config::ServerConfig& self) {
  std::vector<peer::Peers::Neighbor> neighbors;
  for (const std::string& name : self.neighbors) {
    const config::ServerConfig& neighbor = *herd.Find(name);
    neighbors.push_back({name, HostPort(neighbor.host, neighbor.propagate_port)});
  }
  return neighbors;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Node>> Node::Start(const NodeOptions& options,
                                                  std::unique_ptr<places::Places> places) {
  const config::ServerConfig* const self = options.herd.Find(options.server);
  if (self == nullptr) {
    return absl::NotFoundError(absl::StrCat("the herd has no server ", options.server));
  }
  auto node = absl::WrapUnique(new Node(options, std::move(places)));
  if (absl::Status status = node->Open(*self); !status.ok()) return status;
  return node;
}

Node::Node(const NodeOptions& options, std::unique_ptr<places::Places> places)
    : options_(options),
      own_{.server = options.server, .start_ns = RealtimeNow()},
      store_(own_),
      places_(std::move(places)) {}

absl::Status Node::Open(const config::ServerConfig& self) {
  const Nanos gather = options_.ack == NodeOptions::Ack::kLocal ? peer::Flood::kGather : 0;
  auto peers = peer::Peers::Start(
      &store_, {.own = own_,
                .listen = HostPort(options_.listen, self.propagate_port),
                .neighbors = NeighborsOf(options_.herd, self),
                .flood = {.in_sync_bound = options_.in_sync_bound, .gather = gather},
                .on_acknowledged = [this] { OnAcknowledged(); }});
  if (!peers.ok()) return peers.status();
  peers_ = *std::move(peers);

  auto front_door = net::FrontDoor::Open({.server = self.name,
                                          .address = options_.listen,
                                          .port = self.client_port,
                                          .threads = options_.threads,
                                          .log_traffic = options_.log_traffic,
                                          .longest_wait = options_.in_sync_bound},
                                         this, places_.get());
  if (!front_door.ok()) return front_door.status();
  front_door_ = *std::move(front_door);
  open_door_.store(front_door_.get());
  OnAcknowledged();  // what was said while there was a door already, but nobody knew of it

  auto operator_server = OperatorServer::Start(HostPort(options_.listen, self.operator_port),
                                               [this] { return Describe(); });
  if (!operator_server.ok()) return operator_server.status();
  operator_server_ = *std::move(operator_server);

  log::Info(absl::StrCat(self.name, " ", options_.version, " started: clients on ",
                         HostPort(options_.listen, front_door_->port()), ", neighbors (",
                         absl::StrJoin(self.neighbors, ", "), ") on ", self.propagate_port,
                         ", operators on ", self.operator_port));
  return absl::OkStatus();
}

Node::~Node() {
  log::Info(absl::StrCat(options_.server, " is stopping"));
  // First those who ask of it, then what they ask.
  operator_server_.reset();
  if (front_door_ != nullptr) front_door_->Close();
  if (peers_ != nullptr) peers_->Stop();
  places_.reset();
  front_door_.reset();
  log::Info(absl::StrCat(options_.server, " has stopped"));
}

void Node::Leave(absl::Duration bound) {
  const absl::Time now = absl::Now();
  const absl::Time deadline = now + bound;
  log::Info(absl::StrCat(options_.server, " is leaving"));
  front_door_->Leave();
  // Who still waits for Places is told so while there is time to take it.
  if (!front_door_->AwaitLeft(now + bound / 4)) places_->Stop();
  // A client that does not take its replies must not leave the neighbours without theirs.
  if (!front_door_->AwaitLeft(now + bound / 2)) {
    log::Warning(
        absl::StrCat(front_door_->connections(), " clients have not taken their replies in time"));
    front_door_->Close();
  }
  if (!peers_->Leave(deadline)) {
    log::Warning("not all neighbors could be handed everything in time");
  }
}

Versions Node::Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) {
  Store::Executed executed = store_.Execute(requests, sightings);
  if (executed.updates > 0) unpublished_.store(true);
  if (options_.ack == NodeOptions::Ack::kLocal) return {};
  return std::move(executed.reported);
}

void Node::Publish() {
  if (unpublished_.load() && unpublished_.exchange(false)) peers_->Wake();
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

v1::GetStatusResponse Node::Describe() const {
  v1::GetStatusResponse status;
  status.set_server(own_.server);
  status.set_version(options_.version);
  status.set_start_ns(own_.start_ns);
  status.set_clients(store_.clients());
  status.set_connections(front_door_->connections());
  VersionVector vector;
  store_.ReadVector(&vector);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const OriginId id = store_.Origin(static_cast<OriginIndex>(i));
    v1::OriginProgress* const progress = status.add_vector();
    progress->mutable_origin()->set_server(id.server);
    progress->mutable_origin()->set_start_ns(id.start_ns);
    progress->set_through(vector[i]);
  }
  status.set_divergences(peers_->divergences());
  for (v1::Neighbor& neighbor : peers_->Describe()) *status.add_neighbors() = std::move(neighbor);
  SumUp(&status);
  FillIn(places_->Count(), status.mutable_places());
  return status;
}

}  // namespace herd
