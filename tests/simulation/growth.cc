#include "tests/simulation/growth.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_format.h"
#include "tests/simulation/simulated_herd.h"

namespace herd::simulation {
namespace {

constexpr Nanos kDelay = kNanosPerMillisecond;
constexpr int kDegree = 6;
constexpr int kClients = 1000;
constexpr int kProbes = 20;
constexpr int kReportsPerSecond = 1000;
constexpr Nanos kSteady = 5 * kNanosPerSecond;
// Of larger herds, whose every second takes the simulation minutes.
constexpr Nanos kShortSteady = kNanosPerSecond;
constexpr int kLargeHerd = 200;
constexpr Nanos kPatience = 600 * kNanosPerSecond;

Graph GraphOf(int servers) {
  Random random(static_cast<std::uint64_t>(servers));
  return servers == 5 ? DefaultHerd() : RandomRegular(servers, kDegree, &random);
}

class MeasuredHerd {
 public:
  explicit MeasuredHerd(int servers)
      : ledger_(servers),
        watch_({.servers = servers, .ack_neighbors = false}, &queue_, &ledger_),
        herd_({.graph = GraphOf(servers),
               .ack_neighbors = false,
               .least_delay = kDelay,
               .most_delay = kDelay,
               .reaction = 0},
              1, &queue_, &trace_, &ledger_, &watch_) {
    for (int i = 0; i < servers; ++i) herd_.Start(i);
    Rest();
    // Everybody is heard of once, so that the trees stand.
    for (int i = 0; i < std::max(servers, kClients); ++i) Report(i % servers);
    Rest();
    for (int i = 0; i < servers; ++i) Report(i);
    Rest();
  }

  Growth Measure() {
    Growth growth{.servers = herd_.servers(),
                  .links = herd_.graph().edges().size(),
                  .diameter = herd_.graph().Diameter()};
    MeasureUpdates(&growth);
    MeasureRate(&growth);
    MeasureRestart(&growth);
    return growth;
  }

 private:
  void Rest() {
    const Nanos last = queue_.now() + kPatience;
    while (queue_.RunNext(last)) {
    }
  }

  void Report(int server) {
    const int client = ledger_.AddClient();
    herd_.run(server)->Take(
        MakeReport(client, static_cast<std::uint64_t>(client), kNanosPerSecond + queue_.now()));
  }

  std::uint64_t deliveries() { return watch_.counters().deliveries; }

  void MeasureUpdates(Growth* growth) {
    const auto others = static_cast<std::uint64_t>(herd_.servers() - 1);
    const std::uint64_t before = deliveries();
    for (int i = 0; i < kProbes; ++i) {
      const std::uint64_t all = deliveries() + others;
      const Nanos begin = queue_.now();
      Report(random_.Index(static_cast<std::size_t>(herd_.servers())));
      while (deliveries() < all && queue_.RunNext(begin + kPatience)) {
      }
      const double took = static_cast<double>(queue_.now() - begin) / kDelay;
      growth->mean_delays_to_last += took / kProbes;
      growth->most_delays_to_last = std::max(growth->most_delays_to_last, took);
      Rest();
    }
    growth->deliveries_per_update = static_cast<double>(deliveries() - before) / kProbes;
  }

  void MeasureRate(Growth* growth) {
    const Watch::Counters before = watch_.counters();
    const Nanos begin = queue_.now();
    const Nanos steady = herd_.servers() < kLargeHerd ? kSteady : kShortSteady;
    for (int i = 0; i < kReportsPerSecond * (steady / kNanosPerSecond); ++i) {
      queue_.At(begin + i * (kNanosPerSecond / kReportsPerSecond),
                [this] { Report(random_.Index(static_cast<std::size_t>(herd_.servers()))); });
    }
    while (queue_.RunNext(begin + steady)) {
    }
    const double server_seconds = static_cast<double>(steady) / kNanosPerSecond * herd_.servers();
    growth->ack_bytes =
        static_cast<double>(watch_.counters().ack_bytes - before.ack_bytes) / server_seconds;
    growth->push_bytes =
        static_cast<double>(watch_.counters().push_bytes - before.push_bytes) / server_seconds;
    Rest();
  }

  void MeasureRestart(Growth* growth) {
    const std::size_t clients = herd_.run(0)->store().clients();
    herd_.Crash(0, true);
    Rest();
    const Watch::Counters before = watch_.counters();
    const Nanos begin = queue_.now();
    herd_.Start(0);
    while (herd_.run(0)->store().clients() < clients && queue_.RunNext(begin + kPatience)) {
    }
    growth->restart_time = queue_.now() - begin;
    Rest();
    const Watch::Counters& after = watch_.counters();
    growth->restart_messages = after.messages - before.messages;
    growth->restart_bytes =
        after.push_bytes + after.ack_bytes - before.push_bytes - before.ack_bytes;
  }

  Random random_{7};
  EventQueue queue_;
  Trace trace_{&queue_, nullptr};
  Ledger ledger_;
  Watch watch_;
  SimulatedHerd herd_;
};

}  // namespace

Growth MeasureGrowth(int servers) { return MeasuredHerd(servers).Measure(); }

void PrintGrowth(int most) {
  std::printf(
      "Links take 1 ms; beyond the default herd each server has %d neighbors. Bytes at %d reports\n"
      "a second in the whole herd, for each server and second. A restart brings back all clients.\n"
      "\n"
      "servers  links  diameter  deliveries  to the last server   vectors   updates  restart\n"
      "                          per update  mean   worst delays      B/s       B/s  messages      "
      "bytes     ms\n",
      kDegree, kReportsPerSecond);
  for (const int servers : {5, 10, 50, 100, 500, 1000}) {
    if (servers > most) break;
    const Growth growth = MeasureGrowth(servers);
    absl::PrintF("%7d %6d %9d %11.3f %5.1f %14.1f %8.0f %9.0f %9d %10d %6d\n", growth.servers,
                 growth.links, growth.diameter, growth.deliveries_per_update,
                 growth.mean_delays_to_last, growth.most_delays_to_last, growth.ack_bytes,
                 growth.push_bytes, growth.restart_messages, growth.restart_bytes,
                 growth.restart_time / kNanosPerMillisecond);
    std::fflush(stdout);
  }
}

}  // namespace herd::simulation
