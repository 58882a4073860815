// What is done to a simulated herd: all of it follows from a seed.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "server/state/nanos.h"
#include "tests/simulation/topology.h"

namespace herd::simulation {

enum class FaultKind {
  kCut,           // the connections of an edge are lost
  kHalfOpen,      // and one side notices late
  kOneWay,        // one direction of an edge falls silent, for a while
  kSilentEdge,    // both do
  kPartition,     // all edges between some servers and the others
  kKill,          // a server is killed, and comes back empty
  kPowerFailure,  // and nobody is told
  kLeave,         // a server leaves, and may come back as a new run
  kPause,         // a server is stopped, and goes on
  kSlowEdge,      // messages take long
  kRest,          // nobody reports for a while
};
inline constexpr int kFaultKinds = static_cast<int>(FaultKind::kRest) + 1;

struct Fault {
  Nanos at = 0;
  FaultKind kind = FaultKind::kCut;
  // The server, or the first end of the edge.
  int server = 0;
  // The other end.
  int other = 0;
  // Those on one side of a partition.
  std::vector<int> side;
  Nanos lasts = 0;
  // Of a server that goes: it does not come back.
  bool for_good = false;
};

struct Schedule {
  std::uint64_t seed = 0;
  Graph graph;
  bool ack_neighbors = true;
  // Servers that wait for nobody, whatever the others do.
  std::set<int> ack_local;
  Nanos least_delay = 0;
  Nanos most_delay = 0;
  std::size_t window = 0;
  int clients = 0;
  int reports = 0;
  // Clients' times are multiples of this, so that many are equal.
  Nanos time_grain = 1;
  // So many reports come at once, at one server, in the middle.
  int crowd = 0;
  // Until when there are reports and faults.
  Nanos duration = 0;
  std::vector<Fault> faults;  // in the order of time

  std::string Describe() const;
};

Schedule MakeSchedule(std::uint64_t seed);

}  // namespace herd::simulation
