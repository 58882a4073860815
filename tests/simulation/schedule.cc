#include "tests/simulation/schedule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace herd::simulation {
namespace {

constexpr Nanos kMs = kNanosPerMillisecond;
constexpr int kLarge = 201;  // servers

int PickSize(Random* random) {
  const std::uint64_t draw = random->Below(2000);
  if (draw < 1900) return static_cast<int>(random->Between(2, 12));
  if (draw < 1990) return static_cast<int>(random->Between(13, 60));
  if (draw < 1999) return static_cast<int>(random->Between(61, kLarge - 1));
  return static_cast<int>(random->Between(kLarge, 1000));
}

// Each event of a large herd has a thousand others behind it.
void Thin(Schedule* schedule) {
  constexpr std::size_t kFaults = 6;
  schedule->reports = std::min(schedule->reports, 8);
  schedule->crowd = 0;
  schedule->faults.resize(std::min(schedule->faults.size(), kFaults));
}

// Each schedule has some kinds of faults and not others, since too many kinds hide each other.
std::vector<FaultKind> PickKinds(Random* random) {
  std::vector<FaultKind> kinds;
  const std::uint64_t percent = random->Pick<std::uint64_t>({15, 30, 60});
  for (int kind = 0; kind < kFaultKinds; ++kind) {
    if (random->Percent(percent)) kinds.push_back(static_cast<FaultKind>(kind));
  }
  return kinds;
}

bool IsGoing(FaultKind kind) {
  return kind == FaultKind::kKill || kind == FaultKind::kPowerFailure || kind == FaultKind::kLeave;
}

std::set<int> PickSome(int servers, Random* random) {
  std::set<int> some;
  for (int i = 0; i < servers; ++i) {
    if (random->OneIn(2)) some.insert(i);
  }
  return some;
}

Fault MakeFault(const Schedule& schedule, FaultKind kind, Random* random) {
  const Graph& graph = schedule.graph;
  Fault fault{.at = random->Between(0, schedule.duration), .kind = kind};
  fault.server = random->Index(graph.names.size());
  fault.other = random->Pick(graph.neighbors[static_cast<std::size_t>(fault.server)]);
  if (kind == FaultKind::kPartition) {
    const std::set<int> side = PickSome(graph.servers(), random);
    fault.side.assign(side.begin(), side.end());
  }
  fault.lasts = random->OneIn(3) ? random->Between(0, 6000 * kMs) : random->Between(0, 800 * kMs);
  fault.for_good = IsGoing(kind) && random->OneIn(6);
  return fault;
}

void AddFaults(Schedule* schedule, Random* random) {
  const std::vector<FaultKind> kinds = PickKinds(random);
  if (kinds.empty()) return;
  const std::int64_t most = std::min(6 + 2 * schedule->graph.servers(), 60);
  for (std::int64_t i = random->Between(1, most); i > 0; --i) {
    schedule->faults.push_back(MakeFault(*schedule, random->Pick(kinds), random));
  }
  std::stable_sort(schedule->faults.begin(), schedule->faults.end(),
                   [](const Fault& a, const Fault& b) { return a.at < b.at; });
}

const char* NameOf(FaultKind kind) {
  static constexpr const char* kNames[] = {"cut",       "half-open", "one-way",       "silent-edge",
                                           "partition", "kill",      "power-failure", "leave",
                                           "pause",     "slow-edge", "rest"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace

Schedule MakeSchedule(std::uint64_t seed) {
  Random random(seed);
  Schedule schedule{.seed = seed};
  const int size = PickSize(&random);
  schedule.graph = size == 5 || random.OneIn(4) ? DefaultHerd() : RandomGraph(size, &random);
  schedule.ack_neighbors = !random.OneIn(4);
  schedule.least_delay = random.Between(10'000, kMs);
  schedule.most_delay = schedule.least_delay + random.Pick<Nanos>({0, kMs, 5 * kMs, 40 * kMs});
  schedule.window = random.OneIn(4) ? 200 : std::size_t{64} << 10;
  schedule.clients = static_cast<int>(random.Between(1, 20));
  schedule.reports = static_cast<int>(random.Between(5, 120));
  schedule.time_grain = random.Pick<Nanos>({1, 1, 100 * kMs, 1000 * kMs});
  schedule.crowd = random.OneIn(50) ? 4000 : random.OneIn(10) ? 100 : 0;
  schedule.duration = random.Between(200, 10'000) * kMs;
  AddFaults(&schedule, &random);
  if (random.OneIn(4)) schedule.ack_local = PickSome(schedule.graph.servers(), &random);
  if (schedule.graph.servers() >= kLarge) Thin(&schedule);
  return schedule;
}

std::string Schedule::Describe() const {
  std::string text =
      absl::StrCat("seed ", seed, ": ", graph.servers(), " servers (", graph.kind, "), ",
                   ack_neighbors ? "--ack neighbors" : "--ack local",
                   ack_local.empty() ? "" : absl::StrCat(" (local at ", ack_local.size(), ")"),
                   ", ", clients, " clients, ", reports, " reports, delay ", least_delay / 1000,
                   "..", most_delay / 1000, " us, ", duration / kMs, " ms\n");
  for (const Fault& fault : faults) {
    absl::StrAppend(&text, "  at ", fault.at / kMs, " ms: ", NameOf(fault.kind), " ",
                    graph.names[static_cast<std::size_t>(fault.server)], " ",
                    graph.names[static_cast<std::size_t>(fault.other)], " for ",
                    fault.for_good ? "good" : absl::StrCat(fault.lasts / kMs, " ms"), "\n");
  }
  return text;
}

}  // namespace herd::simulation
