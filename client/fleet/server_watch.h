// Which servers of a herd are up, as a fleet sees it. All are taken to be until one is found dead;
// that one is then asked twice a second whether it is back.
//
// One thread, the poller's. Times are monotonic.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "client/fleet/line_connection.h"
#include "client/load/connection.h"
#include "client/net/clock.h"
#include "client/net/poller.h"

namespace herd::client {

class ServerWatch {
 public:
  // Both references outlive it. A server that does not answer within `patience` is not up.
  ServerWatch(const std::vector<Door>& doors, Poller& poller, Nanos patience);

  bool IsUp(std::size_t server) const { return servers_[server].is_up; }
  std::size_t up() const;
  // How often it was found dead.
  std::uint64_t deaths(std::size_t server) const { return servers_[server].deaths; }

  // A server that is up, the same for the same number as long as the same are; so those who ask are
  // spread over all that are left.
  std::optional<std::size_t> AnyUp(std::size_t number) const;

  void NoteDown(std::size_t server, Nanos now);
  // To be called now and then.
  void Tick(Nanos now);

 private:
  struct Server final : Watcher {
    Server(const Door& at, Poller& poller) : door(at), connection(poller, *this) {}
    void OnReady(const Poller::Ready& ready, Nanos now) override;

    const Door& door;
    bool is_up = true;
    std::uint64_t deaths = 0;
    // By which it is asked while it is down.
    LineConnection connection;
    bool has_asked = false;
    Nanos dialled_at = 0;
  };

  void Ask(Server& server, Nanos now);

  const Nanos patience_;
  std::deque<Server> servers_;
};

}  // namespace herd::client
