// A whole herd under virtual time: servers that come and go, paths that fall silent, links that
// are connected again for ever as CallingStream does.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/event_queue.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/random.h"
#include "tests/simulation/simulated_server.h"
#include "tests/simulation/stream.h"
#include "tests/simulation/topology.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/watch.h"

namespace herd::simulation {

class SimulatedHerd final : private SimulatedServer::Host {
 public:
  struct Options {
    Graph graph;
    bool ack_neighbors = true;
    Nanos gather = 0;
    // Servers that are set to gather, and wait for nobody, whatever the others do.
    std::set<int> ack_local;
    // How long a message takes on a link.
    Nanos least_delay = kNanosPerMillisecond / 10;
    Nanos most_delay = 5 * kNanosPerMillisecond;
    Nanos reaction = 200'000;
    // How long after its end a link is tried again, at most; grows up to that.
    Nanos longest_pause = kNanosPerSecond;
    std::size_t window = std::size_t{64} << 10;
    Mutation mutation = Mutation::kNone;
  };

  // All outlive the herd. No server runs yet.
  SimulatedHerd(const Options& options, std::uint64_t seed, EventQueue* queue, Trace* trace,
                Ledger* ledger, Watch* watch);

  const Graph& graph() const { return options_.graph; }
  int servers() const { return options_.graph.servers(); }
  // null: it is down.
  SimulatedServer* run(int server) { return site(server).run; }
  bool IsUp(int server) { return run(server) != nullptr; }
  std::size_t NeighborsOf(int server) { return site(server).links.size(); }
  int Neighbor(int server, std::size_t neighbor) const;

  // Each does nothing where it cannot be done.
  void Start(int server);
  void Crash(int server, bool told);
  void Leave(int server);
  void Pause(int server);
  void Continue(int server);
  // Nothing arrives any more that `from` sends to `to`; until Hear.
  void Silence(int from, int to);
  void Hear(int from, int to);
  // The connections between the two are lost; both notice soon, or one of them late.
  void Break(int a, int b, bool half_open);
  // The other way round too.
  void SetDelay(int a, int b, Nanos least, Nanos most);
  // All paths are audible and of the usual delay again, and who is stopped goes on.
  void Heal();

 private:
  // With a neighbour; all but the streams is that of the one who calls.
  struct Link {
    int failures = 0;
    // For the neighbour to be there again.
    bool waits = false;
    std::vector<std::shared_ptr<Stream>> streams;
  };
  struct Site {
    SimulatedServer* run = nullptr;
    std::vector<Link> links;  // with each neighbour
    std::vector<Path> paths;  // to each neighbour
    Nanos clock = 0;          // of this machine, less the virtual time
  };

  void OnLinkEnded(SimulatedServer* server, std::size_t neighbor, Nanos up_for) override;
  void OnSending(SimulatedServer* server, std::size_t neighbor, const v1::Packet& packet) override;
  void OnReceived(SimulatedServer* server, std::size_t neighbor, const v1::Packet& packet) override;
  void OnMade(SimulatedServer* server, const Report& report, Sequence sequence) override;
  void OnHolding(SimulatedServer* server, int client, Key key) override;
  void OnReply(SimulatedServer* server, Key key, Nanos reported_at, bool confirmed) override;
  void OnLeft(SimulatedServer* server, bool in_time) override;
  void OnNonsense(SimulatedServer* server, const absl::Status& status) override;
  void OnSpinning(SimulatedServer* server, Nanos time) override;

  Site& site(int server) { return sites_[static_cast<std::size_t>(server)]; }
  std::size_t PlaceOf(int neighbor, int server) const;
  Path& path(int from, int to) { return site(from).paths[PlaceOf(to, from)]; }
  const std::string& name(int server) const {
    return options_.graph.names[static_cast<std::size_t>(server)];
  }
  OriginId NextRun(int server);
  // Somebody is there to whom it could hand what it has.
  bool HasHeir(const SimulatedServer& server);
  bool CanConnect(int server, std::size_t neighbor);
  void ConnectAfter(Nanos delay, int server, std::size_t neighbor);
  void TryToConnect(int server, std::size_t neighbor);
  void Connect(int server, std::size_t neighbor);
  // Those who wait for that server try again.
  void LetConnect(int server);
  template <typename Do>
  void ForEachStream(int a, int b, Do call);
  // Who has not heard from the other end for too long gives up: since that path is silent, or,
  // without a path, since nobody reads there.
  void GiveUpLater(const std::shared_ptr<Stream>& stream, Stream::Side side, const Path* silent);
  void Note(const char* what, int server, int other = -1);

  const Options options_;
  Random random_;
  EventQueue* const queue_;
  Trace* const trace_;
  Ledger* const ledger_;
  Watch* const watch_;
  Stream::Surroundings surroundings_;
  std::vector<Site> sites_;
  std::vector<std::unique_ptr<SimulatedServer>> runs_;  // also those that are gone
};

}  // namespace herd::simulation
