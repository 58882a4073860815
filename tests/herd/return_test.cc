// A server that was away while everybody moved: how soon it has everything, and over how many
// links.
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/herd/chaos/durations.h"
#include "tests/herd/chaos/network_herd.h"

namespace herd::test {
namespace {

using std::chrono::steady_clock;

constexpr int kClients = 200'000;

class Return : public NetworkHerdTest {
 protected:
  // Measures from `begin` until all hold the same, and what Goloman got since `before`.
  void ExpectEachOnce(steady_clock::time_point begin, Deliveries before) {
    ASSERT_TRUE(herd_.AwaitConverged());
    const Milliseconds took = Since(begin);
    const Deliveries got = DeliveriesTo(herd_.StatusOf("Goloman")) - before;
    std::cout << absl::StrFormat("%d clients: all had after %.0f ms, %d received, %d duplicates\n",
                                 kClients, took.count(), got.updates, got.duplicates);
    EXPECT_EQ(got.updates, kClients);
    EXPECT_EQ(got.duplicates, 0);
    // Two seconds where the machine has nothing else to do.
    EXPECT_LT(took, std::chrono::seconds(20));
  }

  const std::vector<std::string> others_ = {"Hands", "Holiday", "Wilkes", "Welsh"};
};

TEST_F(Return, AServerWhoseLinksComeBackGetsEachOf200000ClientsThatMovedOnce) {
  if (!network_.is_real()) GTEST_SKIP() << "no link can be cut here";
  Report(herd_.Names(), "walker", kClients, "1520023934");
  herd_.AwaitConverged();
  const std::vector<std::string>& neighbors = herd_.config().Find("Goloman")->neighbors;
  for (const std::string& neighbor : neighbors) {
    network_.Break("Goloman", neighbor, Network::Fault::kDrop);
  }
  for (const std::string& neighbor : neighbors) AwaitLink("Goloman", neighbor, false);
  Report(others_, "walker", kClients, "1520023935");
  herd_.AwaitConverged(others_);
  const Deliveries before = DeliveriesTo(herd_.StatusOf("Goloman"));
  const auto begin = steady_clock::now();
  network_.HealAll();
  ExpectEachOnce(begin, before);
}

TEST_F(Return, AServerThatWasKilledGetsEachOf200000ClientsOnce) {
  herd_.Kill("Goloman");
  Report(others_, "walker", kClients, "1520023935");
  herd_.AwaitConverged();
  herd_.Start("Goloman");
  ExpectEachOnce(steady_clock::now(), {});
}

}  // namespace
}  // namespace herd::test
