// herd-hostile: thousands of clients that mean no good, all at once, until it is told to stop.
//
// Each takes a turn a second, see stranger.h. Writes "ready" when all have been connected for a
// turn, and "left" at its end.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdint>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "client/net/clock.h"
#include "client/net/poller.h"
#include "tests/hostile/stranger.h"

namespace herd::hostile {
namespace {

// Strangers take turns in so many groups a second.
constexpr std::size_t kGroups = 100;
constexpr std::uint8_t kAddresses = 20;

std::atomic<bool> stopped = false;

void RaiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Kind KindOf(int number) {
  int left = number % 100;
  std::size_t kind = 0;
  while (left >= kShares[kind]) left -= kShares[kind++];
  return static_cast<Kind>(kind);
}

void Run(const sockaddr_in& server, int count) {
  client::Poller poller;
  std::vector<std::unique_ptr<Stranger>> strangers;
  for (int i = 0; i < count; ++i) {
    const auto from = static_cast<std::uint8_t>(1 + i % kAddresses);
    strangers.push_back(std::make_unique<Stranger>(KindOf(i), i, from, &server, &poller));
  }
  std::mt19937 random(20180302);
  client::Nanos next = client::MonotonicNow();
  for (std::size_t turn = 0; !stopped; ++turn) {
    for (std::size_t i = turn % kGroups; i < strangers.size(); i += kGroups) {
      strangers[i]->TakeTurn(&random);
    }
    // Once round to connect, and once more for each to have done something.
    if (turn == 2 * kGroups) std::cout << "ready" << std::endl;
    next += client::kNanosPerSecond / static_cast<client::Nanos>(kGroups);
    for (auto left = next - client::MonotonicNow(); left > 0;
         left = next - client::MonotonicNow()) {
      for (const auto& ready : poller.Wait(left)) static_cast<Stranger*>(ready.who)->OnReadable();
    }
  }
}

}  // namespace
}  // namespace herd::hostile

int main(int argc, char** argv) {
  CLI::App app("Thousands of clients that mean no good, until it is told to stop (SIGTERM).");
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  int connections = 10'000;
  app.add_option("--address", address, "The server's, on loopback");
  app.add_option("--port", port, "Its port for clients")->required();
  app.add_option("--connections", connections, "How many")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &server.sin_addr) != 1) {
    std::cerr << "herd-hostile: " << address << " is no IPv4 address\n";
    return 1;
  }
  herd::hostile::RaiseDescriptorLimit();
  signal(SIGTERM, [](int) { herd::hostile::stopped = true; });
  herd::hostile::Run(server, connections);
  std::cout << "left" << std::endl;
  return 0;
}
