#include "tests/simulation/simulation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/simulation/final_check.h"

namespace herd::simulation {
namespace {

constexpr Nanos kMs = kNanosPerMillisecond;
// Longer than it takes to leave.
constexpr Nanos kLeaving = 11 * kNanosPerSecond;
constexpr Nanos kRest = 60 * kNanosPerSecond;
constexpr std::uint64_t kMostEvents = 200'000'000;

SimulatedHerd::Options HerdOptions(const Schedule& schedule, Mutation mutation) {
  return {.graph = schedule.graph,
          .ack_neighbors = schedule.ack_neighbors,
          .gather = schedule.ack_neighbors ? 0 : peer::Flood::kGather,
          .ack_local = schedule.ack_local,
          .least_delay = schedule.least_delay,
          .most_delay = schedule.most_delay,
          .window = schedule.window,
          .mutation = mutation};
}

}  // namespace

std::string Result::Describe() const {
  if (!violation) return absl::StrCat("seed ", seed, ": no violation");
  return absl::StrCat("seed ", seed, " violates \"", NameOf(violation->invariant), "\" at ",
                      violation->at / kMs, " ms: ", violation->what,
                      "\n  see it again with: herd-simulation --seed ", seed);
}

Simulation::Simulation(const Schedule& schedule, Mutation mutation, std::FILE* out)
    : schedule_(schedule),
      random_(schedule.seed + 1),
      trace_(&queue_, out),
      ledger_(schedule.graph.servers()),
      watch_({.servers = schedule.graph.servers(), .ack_neighbors = schedule.ack_neighbors},
             &queue_, &ledger_),
      herd_(HerdOptions(schedule, mutation), random_.Fork(), &queue_, &trace_, &ledger_, &watch_),
      clients_(schedule_, random_.Fork(), &queue_, &ledger_, &herd_) {}

Result Simulation::Run() {
  for (int i = 0; i < herd_.servers(); ++i) {
    const Nanos at = random_.OneIn(4) ? random_.Between(0, schedule_.duration / 2) : 0;
    queue_.At(at, [this, i] { herd_.Start(i); });
  }
  for (const Fault& fault : schedule_.faults) Enter(fault);
  clients_.Begin();
  if (RunUntil(schedule_.duration)) MakePeace();
  if (!watch_.violation()) Probe();
  return {.seed = schedule_.seed,
          .violation = watch_.violation(),
          .trace_hash = trace_.hash(),
          .events = queue_.events(),
          .to_rest = to_rest_,
          .counters = watch_.counters()};
}

bool Simulation::RunUntil(Nanos time) {
  while (!watch_.violation() && queue_.RunNext(time)) {
  }
  return !watch_.violation();
}

bool Simulation::RunUntilQuiet(Nanos bound, const char* what) {
  const Nanos begin = queue_.now();
  const std::uint64_t last_event = queue_.events() + kMostEvents;
  while (!watch_.violation() && queue_.events() < last_event && queue_.RunNext(begin + bound)) {
  }
  if (!watch_.violation() && !queue_.empty()) {
    watch_.Violate(Invariant::kQuiet,
                   absl::StrCat(what, " ", bound / kMs, " ms ago, and still something goes on"));
  }
  return !watch_.violation();
}

// --- faults
// ---------------------------------------------------------------------------------------

void Simulation::Enter(const Fault& fault) {
  queue_.At(fault.at, [this, &fault] { Begin(fault); });
  const Nanos end = std::min(fault.at + fault.lasts, schedule_.duration);
  queue_.At(end, [this, &fault] { End(fault); });
}

void Simulation::Begin(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kCut:
    case FaultKind::kHalfOpen:
      return herd_.Break(fault.server, fault.other, fault.kind == FaultKind::kHalfOpen);
    case FaultKind::kOneWay:
      return herd_.Silence(fault.server, fault.other);
    case FaultKind::kSilentEdge:
      return SilenceEdge(fault.server, fault.other, true);
    case FaultKind::kPartition:
      return SplitOff(fault.side, true);
    case FaultKind::kKill:
    case FaultKind::kPowerFailure:
    case FaultKind::kLeave:
      return TakeAway(fault);
    case FaultKind::kPause:
      return herd_.Pause(fault.server);
    case FaultKind::kSlowEdge:
      return herd_.SetDelay(fault.server, fault.other, 100 * kMs, 1500 * kMs);
    case FaultKind::kRest:
      return clients_.Rest(true);
  }
}

void Simulation::End(const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kCut:
    case FaultKind::kHalfOpen:
      return;
    case FaultKind::kOneWay:
      return herd_.Hear(fault.server, fault.other);
    case FaultKind::kSilentEdge:
      return SilenceEdge(fault.server, fault.other, false);
    case FaultKind::kPartition:
      return SplitOff(fault.side, false);
    case FaultKind::kKill:
    case FaultKind::kPowerFailure:
    case FaultKind::kLeave:
      if (!gone_for_good_.contains(fault.server)) herd_.Start(fault.server);
      return;
    case FaultKind::kPause:
      return herd_.Continue(fault.server);
    case FaultKind::kSlowEdge:
      return herd_.SetDelay(fault.server, fault.other, schedule_.least_delay, schedule_.most_delay);
    case FaultKind::kRest:
      return clients_.Rest(false);
  }
}

void Simulation::SilenceEdge(int a, int b, bool silent) {
  for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    silent ? herd_.Silence(from, to) : herd_.Hear(from, to);
  }
}

void Simulation::SplitOff(const std::vector<int>& side, bool silent) {
  const auto is_inside = [&](int server) {
    return std::find(side.begin(), side.end(), server) != side.end();
  };
  for (const auto& [a, b] : schedule_.graph.edges()) {
    if (is_inside(a) != is_inside(b)) SilenceEdge(a, b, silent);
  }
}

void Simulation::TakeAway(const Fault& fault) {
  CheckSettled();
  if (fault.for_good) gone_for_good_.insert(fault.server);
  if (fault.kind == FaultKind::kLeave) return herd_.Leave(fault.server);
  herd_.Crash(fault.server, fault.kind == FaultKind::kKill);
}

// --- peace
// ----------------------------------------------------------------------------------------

void Simulation::MakePeace() {
  clients_.Rest(true);
  herd_.Heal();
  if (!RunUntil(queue_.now() + kLeaving)) return;
  for (int i = 0; i < herd_.servers(); ++i) {
    if (!gone_for_good_.contains(i)) herd_.Start(i);
  }
  const Nanos begin = queue_.now();
  if (!RunUntilQuiet(kRest, "reports and faults ended")) return;
  to_rest_ = queue_.now() - begin;
  CheckAtRest(&herd_, ledger_, &watch_);
}

void Simulation::CheckSettled() {
  std::vector<int> up;
  for (int i = 0; i < herd_.servers(); ++i) {
    if (herd_.IsUp(i)) up.push_back(i);
  }
  if (up.size() < 2) return;  // What one server holds alone can be lost.
  for (int client = 0; client < ledger_.clients(); ++client) {
    for (const int server : up) {
      if (ledger_.held(server, client) != ledger_.held(up[0], client)) return;
    }
  }
  watch_.OnSettled();
}

// --- each update once
// -----------------------------------------------------------------------------

void Simulation::Probe() {
  for (const auto& [a, b] : schedule_.graph.edges()) herd_.SetDelay(a, b, kMs / 5, 2 * kMs);
  // Whoever was the parent of an origin and is gone shows with the first update.
  for (int i = 0; i < herd_.servers(); ++i) ReportAt(i, 1);
  if (!RunUntilQuiet(kRest, "first probes")) return;
  ProbeOneByOne();
  ProbeTogether();
  if (!watch_.violation()) CheckAtRest(&herd_, ledger_, &watch_);
}

void Simulation::ReportAt(int server, int reports) {
  if (!herd_.IsUp(server)) return;
  const Nanos time = 2'000'000'000 * kNanosPerSecond + queue_.now();
  for (int i = 0; i < reports; ++i) {
    const int client = ledger_.AddClient();
    herd_.run(server)->Take(MakeReport(client, static_cast<std::uint64_t>(client), time));
  }
}

void Simulation::ProbeOneByOne() {
  for (const std::vector<int>& component : Components(&herd_)) {
    for (std::size_t i = 0; i < std::min<std::size_t>(component.size(), 12); ++i) {
      const std::uint64_t before = watch_.counters().deliveries;
      ReportAt(component[i], 1);
      if (!RunUntilQuiet(kRest, "a probe was sent")) return;
      const std::uint64_t deliveries = watch_.counters().deliveries - before;
      if (deliveries == component.size() - 1) continue;
      watch_.Violate(
          Invariant::kOnce,
          absl::StrCat("an update of ", herd_.run(component[i])->own().server, " was delivered ",
                       deliveries, " times among ", component.size(), " servers"));
    }
  }
}

void Simulation::ProbeTogether() {
  constexpr int kReports = 10;
  const std::uint64_t before = watch_.counters().deliveries;
  std::uint64_t expected = 0;
  for (const std::vector<int>& component : Components(&herd_)) {
    expected += kReports * component.size() * (component.size() - 1);
    for (const int server : component) {
      for (int i = 0; i < kReports; ++i) {
        queue_.After(random_.Between(0, 50 * kMs), [this, server] { ReportAt(server, 1); });
      }
    }
  }
  if (!RunUntilQuiet(kRest, "a crowd of probes was sent")) return;
  const std::uint64_t deliveries = watch_.counters().deliveries - before;
  if (deliveries == expected) return;
  watch_.Violate(Invariant::kOnce, absl::StrCat("a crowd of updates was delivered ", deliveries,
                                                " times instead of ", expected));
}

Result RunSeed(std::uint64_t seed, Mutation mutation, std::FILE* out) {
  return Simulation(MakeSchedule(seed), mutation, out).Run();
}

}  // namespace herd::simulation
