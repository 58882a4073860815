// Herds to which everything happens at once, and which lose nothing and end up of one mind.
#include <chrono>
#include <iostream>
#include <random>

#include "gtest/gtest.h"
#include "tests/herd/chaos/soak.h"

namespace herd::test {
namespace {

constexpr auto kChaos = std::chrono::seconds(20);
constexpr int kKills = 30;
constexpr int kPartitions = 3;
constexpr auto kPartition = std::chrono::seconds(4);

// Says all that it does, since no run is like another.
Soak::Options Aloud(const char* ack) {
  Soak::Options options{.seed = std::random_device()(), .ack = ack};
  options.say = [begin = std::chrono::steady_clock::now()](const std::string& what) {
    std::cout << Since(begin).count() / 1000 << " s: " << what << "\n";
  };
  std::cout << "seed " << options.seed << "\n";
  return options;
}

TEST(Chaos, NothingAcknowledgedIsLostAndAllServersEndWithTheSame) {
  Soak soak(Aloud("neighbors"));
  soak.Chaos(kChaos);
  std::cout << soak.summary().ToString() << "\n";
  EXPECT_GT(soak.summary().acknowledged, 0);
}

TEST(Chaos, AKilledServerTakesNothingWithItThatItsNeighborsInSyncAcknowledged) {
  Soak soak(Aloud("neighbors"));
  soak.Kill(kKills);
  std::cout << soak.summary().ToString() << "\n";
  EXPECT_GT(soak.summary().acknowledged, 0);
}

TEST(Chaos, TwoHalvesThatWereBothWrittenToBecomeOneHerdAgain) {
  Soak soak(Aloud("neighbors"));
  if (!soak.has_network_faults()) GTEST_SKIP() << "no packet can be lost here";
  soak.Partition(kPartitions, kPartition);
  std::cout << soak.summary().ToString() << "\n";
  EXPECT_GT(soak.summary().acknowledged, 0);
}

}  // namespace
}  // namespace herd::test
