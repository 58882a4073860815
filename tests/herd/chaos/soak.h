// A herd under load, on a network of its own, and what is done to it: chaos, kills, partitions.
// Each ends with peace, and with a check that nothing acknowledged is lost and all servers say the
// same.
//
// Belongs to the main thread. What goes wrong fails the test.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/herd/chaos/durations.h"
#include "tests/herd/chaos/faults.h"
#include "tests/herd/chaos/graph.h"
#include "tests/herd/chaos/ledger.h"
#include "tests/herd/chaos/load.h"
#include "tests/herd/chaos/memory.h"
#include "tests/herd/chaos/watchers.h"
#include "tests/herd/harness/network.h"
#include "tests/herd/harness/test_herd.h"

namespace herd::test {

struct SoakSummary {
  std::map<std::string, int> faults;
  std::uint64_t reported = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;
  std::uint64_t differing = 0;
  std::uint64_t invented = 0;
  std::uint64_t nonsense = 0;  // replies that answer nothing which was asked
  std::uint64_t watched = 0;   // events that watchers were told
  Durations converged;         // from peace until all servers hold the same
  MemoryWatch::Growth memory;

  std::string ToString() const;
};

class Soak {
 public:
  struct Options {
    // Of what is done and when; the processes go their own ways all the same.
    std::uint64_t seed = 0;
    // As herd-server takes it. With "local" no server is killed, since that may lose something.
    std::string ack = "neighbors";
    int clients = 2000;
    int reports_per_second = 2000;
    // Told of each fault, and of what a check found.
    Faults::Say say = [](const std::string&) {};
    // Called several times a second.
    std::function<void()> on_tick = [] {};
    // Whether it is enough: all that goes on is brought to its peace, and no more begun.
    std::function<bool()> enough = [] { return false; };
  };

  // Returns when the herd is up.
  explicit Soak(Options options);

  bool has_network_faults() const { return network_.is_real(); }
  // So long of random faults, with peace in between.
  void Chaos(std::chrono::milliseconds length);
  // One random server after the other, each at a random moment, as soon as all are in sync again.
  void Kill(int times);
  // Into two halves, so long. The network has faults.
  void Partition(int times, std::chrono::milliseconds length);

  // As of the last peace, but for the faults.
  SoakSummary summary() const;
  // Reports acknowledged until now.
  std::uint64_t acknowledged() const;

 private:
  void BeginLoad();
  // The load ends, and all servers come to hold the same and what the ledger says. `begin` is when
  // the last fault ended.
  void Peace(std::chrono::steady_clock::time_point begin);
  void Check();
  void CheckMemory() const;
  // By server: its AT lines for all the clients that it knows.
  using Answers = std::vector<std::vector<std::string>>;
  Answers AskAll() const;
  // Two servers' digests are equal exactly when they hold the same. Nothing is being reported.
  void CheckDigests(const Answers& answers);
  // Lets that much time pass.
  void Pause(std::chrono::milliseconds length);
  std::chrono::milliseconds Random(int from_ms, int through_ms);
  // Some, but not all servers; they and the others each hang together.
  Servers RandomHalf();

  const Options options_;
  const Network network_;
  TestHerd herd_;
  std::mt19937_64 random_;
  Ledger ledger_;
  Faults faults_;
  std::unique_ptr<Watchers> watchers_;
  std::unique_ptr<Load> load_;
  MemoryWatch memory_;

  SoakSummary checked_;  // what the checks have found so far
};

}  // namespace herd::test
