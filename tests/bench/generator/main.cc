// herd-bench-load: the neutral generator of the bench. It says the same reports to our server, to
// the floor, to Redis and to memcached, each in its own protocol and all with the same loop.
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "tests/bench/generator/closed_loop.h"

namespace herd::bench {
namespace {

std::string ToJson(const Outcome& outcome) {
  const auto microseconds = [&](double share) { return outcome.batches.Percentile(share) / 1e3; };
  return absl::StrFormat(
      "{\"requests\": %d, \"refused\": %d, \"seconds\": %.6f, \"rate\": %.1f, "
      "\"batch_latency_us\": {\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f}}\n",
      outcome.requests, outcome.refused, outcome.seconds,
      static_cast<double>(outcome.requests) / outcome.seconds, microseconds(0.5), microseconds(0.9),
      microseconds(0.99), microseconds(0.999));
}

int Main(int argc, char** argv) {
  Plan plan;
  std::string protocol = "iamat";
  bool sequential = false;
  CLI::App app(
      "Sends reports of moving clients to a server on 127.0.0.1, and prints as JSON how fast.");
  app.add_option("--port", plan.ports, "Where the servers listen")->required();
  app.add_option("--protocol", protocol, "How to say it: " + ProtocolNames())
      ->capture_default_str();
  app.add_option("--connections", plan.connections)
      ->check(CLI::Range(1, 20000))
      ->capture_default_str();
  app.add_option("--depth", plan.depth, "Requests in flight on each")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--clients", plan.clients)
      ->check(CLI::Range(1, 1'000'000'000))
      ->capture_default_str();
  app.add_flag("--sequential", sequential, "One client after the other, not at random");
  app.add_option("--seconds", plan.seconds);
  app.add_option("--requests", plan.requests);
  CLI11_PARSE(app, argc, argv);
  plan.protocol = FindProtocol(protocol);
  if (plan.protocol == nullptr) {
    std::cerr << "no protocol " << protocol << "; there are " << ProtocolNames() << "\n";
    return 2;
  }
  if (plan.seconds <= 0 && plan.requests == 0) {
    std::cerr << "either --seconds or --requests is needed, or it would never end\n";
    return 2;
  }
  plan.order = sequential ? Order::kSequential : Order::kRandom;
  const absl::StatusOr<Outcome> outcome = RunClosedLoop(plan);
  if (!outcome.ok()) {
    std::cerr << outcome.status().message() << "\n";
    return 1;
  }
  std::cout << ToJson(*outcome);
  if (outcome->refused > 0) std::cerr << outcome->refused << " reports were refused\n";
  return outcome->refused > 0 ? 1 : 0;
}

}  // namespace
}  // namespace herd::bench

int main(int argc, char** argv) { return herd::bench::Main(argc, argv); }
