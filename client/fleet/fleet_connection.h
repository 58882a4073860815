// The reports of some phones on their way to a server, and to another one when that dies.
//
// No report leaves this object before a server has answered it: what a dead server has not answered
// is sent to the next one, oldest first, which does no harm if it had it. So the memory grows while
// no server is up. One thread, the poller's.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>

#include "client/fleet/fleet_tally.h"
#include "client/fleet/line_connection.h"
#include "client/fleet/report.h"
#include "client/fleet/server_watch.h"
#include "client/net/clock.h"

namespace herd::client {

class FleetConnection final : public Watcher {
 public:
  // What the connections of a fleet share; all of it outlives them.
  struct Shared {
    const std::vector<Door>& doors;
    Nanos patience;
    Poller& poller;
    ServerWatch& watch;
    FleetTally& tally;
  };

  // The server of that number, counted round, is its home.
  FleetConnection(std::size_t number, Shared& shared);

  // Takes the report, which leaves with the next Flush, or as soon as there is a server.
  void Send(Report report, Nanos now);
  void Flush();

  void OnReady(const Poller::Ready& ready, Nanos now) override;
  // To be called now and then: finds a server if it has none, leaves one that is silent, and goes
  // back home.
  void Tick(Nanos now);

  // Reports without an answer.
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    Report report;
    bool was_sent = false;
  };

  void FindServer(Nanos now);
  void GoTo(std::size_t server, Nanos now);
  // Having called for something the line connection did: is it open now, or closed?
  void FollowState(Nanos now);
  void OnOpen(Nanos now);
  void OnLost(Nanos now);
  void OnLine(std::string_view line, Nanos now);
  void Say(Waiting& waiting);
  void CountAcknowledged(const Report& report, Nanos now);
  void CountFault(ErrorKind fault, const Report& report, std::string_view line);
  bool IsAtHome() const { return server_ == home_; }

  const std::size_t number_;
  const std::size_t home_;
  Shared& shared_;

  LineConnection line_;
  // Where the connection is or is being made to; none: no server is up.
  std::optional<std::size_t> server_;
  bool is_open_ = false;
  Nanos heard_ = 0;  // from when the server's silence counts
  std::deque<Waiting> waiting_;
};

}  // namespace herd::client
