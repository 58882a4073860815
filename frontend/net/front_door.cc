#include "frontend/net/front_door.h"

#include <utility>

#include "absl/memory/memory.h"

namespace herd::net {
namespace {

absl::StatusOr<std::vector<Descriptor>> ListenAll(const FrontDoor::Options& options) {
  std::uint16_t port = options.port;
  const bool shared = options.threads > 1;
  if (shared) {
    // Among sockets that share a port another process would go unnoticed; this one notices it.
    const absl::StatusOr<Descriptor> probe = Listen(options.address, port, false, "clients");
    if (!probe.ok()) return probe.status();
    port = LocalPort(*probe);
  }
  std::vector<Descriptor> listeners;
  for (int i = 0; i < options.threads; ++i) {
    absl::StatusOr<Descriptor> listener = Listen(options.address, port, shared, "clients");
    if (!listener.ok()) return listener.status();
    listeners.push_back(*std::move(listener));
  }
  return listeners;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FrontDoor>> FrontDoor::Open(const Options& options, Herd* herd,
                                                           places::Places* places) {
  if (options.identity != nullptr) {
    const auto context = SecureChannel::MakeContext(*options.identity->current());
    if (!context.ok()) return context.status();
  }
  absl::StatusOr<std::vector<Descriptor>> listeners = ListenAll(options);
  if (!listeners.ok()) return listeners.status();
  auto door = absl::WrapUnique(new FrontDoor(options.limits));
  door->shared_.server = options.server;
  door->shared_.identity = options.identity;
  door->shared_.herd = herd;
  door->shared_.places = places;
  door->shared_.log_traffic = options.log_traffic;
  door->shared_.longest_wait = options.longest_wait;
  door->shared_.text_neighbors = options.text_neighbors;
  door->shared_.herd_servers = options.herd_servers;
  door->port_ = LocalPort(listeners->front());
  for (Descriptor& listener : *listeners) {
    door->loops_.push_back(std::make_unique<ClientLoop>(&door->shared_, std::move(listener)));
  }
  return door;
}

void FrontDoor::OnAcknowledged() {
  for (const auto& loop : loops_) loop->OnAcknowledged();
}

void FrontDoor::Leave() {
  {
    absl::MutexLock lock(&mutex_);
    loops_leaving_ = loops_.size();
  }
  for (const auto& loop : loops_) {
    loop->Leave([this] {
      absl::MutexLock lock(&mutex_);
      --loops_leaving_;
    });
  }
}

bool FrontDoor::AwaitLeft(absl::Time deadline) {
  const auto all_left = [this]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return loops_leaving_ == 0; };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithDeadline(absl::Condition(&all_left), deadline);
}

void FrontDoor::Close() {
  for (const auto& loop : loops_) loop->Stop();
}

DoorCounts FrontDoor::Count() const {
  DoorCounts counts;
  for (const auto& loop : loops_) loop->AddCounts(&counts);
  return counts;
}

}  // namespace herd::net
