// Looks at every step of a simulated herd for what must never happen, and counts.
//
// The first violation counts; what follows may come of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/ledger.h"
#include "tests/simulation/simulated_server.h"

namespace herd::simulation {

enum class Invariant {
  kConverged,  // links up, input at an end: all servers hold the same map
  kKept,       // nothing acknowledged is lost
  kMonotone,   // no server goes back to an older position
  kOnce,       // in the settled herd the deliveries per update are exactly N-1
  kBounded,    // memory depends on the number of clients and servers only
  kAnswered,   // a reply waits no longer than the bound
  kQuiet,      // a herd without input comes to rest
  kSound,      // servers understand each other, and claim nothing that is not so
};
const char* NameOf(Invariant invariant);

struct Violation {
  Invariant invariant;
  Nanos at;
  std::string what;
};

class Watch {
 public:
  struct Counters {
    std::uint64_t messages = 0;
    std::uint64_t push_bytes = 0;
    std::uint64_t ack_bytes = 0;
    // Updates that have arrived over links.
    std::uint64_t deliveries = 0;
    std::uint64_t replies = 0;
    Nanos longest_wait = 0;
    Nanos longest_spin = 0;
  };

  struct Options {
    int servers = 0;
    // Replies wait for the neighbours, each no longer than that.
    bool ack_neighbors = true;
    Nanos in_sync_bound = 500 * kNanosPerMillisecond;
  };

  Watch(const Options& options, const EventQueue* queue, Ledger* ledger);

  void Violate(Invariant invariant, std::string what);
  const std::optional<Violation>& violation() const { return violation_; }
  Counters& counters() { return counters_; }

  // The map of that server holds that update now.
  void OnHolding(SimulatedServer* server, int client, Key key);
  void OnReceived(SimulatedServer* server, const v1::Packet& packet);
  void OnMade(SimulatedServer* server, const Report& report, Sequence sequence);
  // A reply leaves. `in_sync` are the neighbours that the server takes to be in sync.
  void OnReply(SimulatedServer* server, Key key, Nanos reported_at,
               const std::vector<int>& in_sync);
  // A server is no more, and what it held; it left in good order, or crashed.
  void OnGone(int server, bool left);
  // All that are there have everything.
  void OnSettled();

  // What some client has been promised, and nobody may have lost.
  Key promised(int client) const;
  std::string Describe(Key key) const;

 private:
  // Something that may not be lost, and how many servers had gone since all was settled when it
  // was given. After each settling one more may go.
  struct Promise {
    Key key;
    int gone = 0;
  };

  void CheckClaims(SimulatedServer* server);
  // Servers that hold that update or a newer one.
  int Holders(int client, Key key) const;
  Key NewestHeld(int client) const;
  void CheckPromise(int client, Key key, int server, bool left);
  Promise& promise(int client);

  const Options options_;
  const EventQueue* const queue_;
  Ledger* const ledger_;
  std::optional<Violation> violation_;
  Counters counters_;
  std::vector<Promise> promises_;  // by client
  int gone_ = 0;                   // servers, since all was settled
  VersionVector vector_;
};

}  // namespace herd::simulation
