#include "client/fleet/server_watch.h"

#include <algorithm>

namespace herd::client {
namespace {

constexpr Nanos kAskEvery = 500 * kNanosPerMillisecond;

// A server that hangs still accepts connections, so it has to say something. It knows no such
// client and says so, whereby nothing changes anywhere.
constexpr char kQuestion[] = "WHATSAT fleet-asks-whether-you-are-up 0 0";

}  // namespace

ServerWatch::ServerWatch(const std::vector<Door>& doors, Poller& poller, Nanos patience)
    : patience_(patience) {
  for (const Door& door : doors) servers_.emplace_back(door, poller);
}

std::size_t ServerWatch::up() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(servers_, [](const Server& each) { return each.is_up; }));
}

std::optional<std::size_t> ServerWatch::AnyUp(std::size_t number) const {
  const std::size_t candidates = up();
  if (candidates == 0) return std::nullopt;
  std::size_t before = number % candidates;
  std::size_t server = 0;
  while (!servers_[server].is_up || before-- > 0) ++server;
  return server;
}

void ServerWatch::NoteDown(std::size_t server, Nanos now) {
  Server& dead = servers_[server];
  if (!dead.is_up) return;
  dead.is_up = false;
  ++dead.deaths;
  Ask(dead, now);
}

void ServerWatch::Ask(Server& server, Nanos now) {
  server.connection.Close();
  server.has_asked = false;
  server.dialled_at = now;
  server.connection.Dial(server.door);
}

void ServerWatch::Tick(Nanos now) {
  for (Server& server : servers_) {
    if (server.is_up) continue;
    const bool is_closed = server.connection.state() == LineConnection::State::kClosed;
    if (now - server.dialled_at >= (is_closed ? kAskEvery : patience_)) Ask(server, now);
  }
}

void ServerWatch::Server::OnReady(const Poller::Ready& ready, Nanos) {
  connection.OnReady(ready, [this](std::string_view) {
    is_up = true;
    connection.Close();
  });
  if (connection.state() != LineConnection::State::kOpen || has_asked) return;
  has_asked = true;
  connection.Queue(kQuestion);
  connection.Flush();
}

}  // namespace herd::client
