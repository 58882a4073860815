// One run of one schedule: faults and reports, then peace, then the checks.
//
//   1. While there are reports and faults: what must never happen is looked for at every step.
//   2. Paths heal, who is away comes back: the herd has to come to rest with equal maps.
//   3. Reports one by one and in crowds: each has to reach each server exactly once.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/clients.h"
#include "tests/simulation/event_queue.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/simulated_herd.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/watch.h"

namespace herd::simulation {

struct Result {
  std::uint64_t seed = 0;
  std::optional<Violation> violation;
  // The same whenever the same seed is run.
  std::uint64_t trace_hash = 0;
  std::uint64_t events = 0;
  // From the end of all faults until nothing moved any more.
  Nanos to_rest = 0;
  Watch::Counters counters;

  // What was violated, and how to see it again.
  std::string Describe() const;
};

class Simulation {
 public:
  // `out`: where the readable trace goes, or null.
  Simulation(const Schedule& schedule, Mutation mutation, std::FILE* out);

  Result Run();

 private:
  bool RunUntil(Nanos time);
  bool RunUntilQuiet(Nanos bound, const char* what);
  void Enter(const Fault& fault);
  void Begin(const Fault& fault);
  void End(const Fault& fault);
  void SilenceEdge(int a, int b, bool silent);
  void SplitOff(const std::vector<int>& side, bool silent);
  void TakeAway(const Fault& fault);
  void MakePeace();
  void CheckSettled();
  void CheckEnd();
  void Probe();
  void ProbeOneByOne();
  void ProbeTogether();
  void ReportAt(int server, int reports);

  const Schedule schedule_;
  Random random_;
  EventQueue queue_;
  Trace trace_;
  Ledger ledger_;
  Watch watch_;
  SimulatedHerd herd_;
  Clients clients_;
  std::set<int> gone_for_good_;
  Nanos to_rest_ = 0;
};

Result RunSeed(std::uint64_t seed, Mutation mutation = Mutation::kNone, std::FILE* out = nullptr);

}  // namespace herd::simulation
