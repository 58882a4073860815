// herd-client fleet over a real herd, one server of which is killed under it.
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/files.h"
#include "tests/herd/harness/process.h"
#include "tests/herd/harness/test_herd.h"

namespace herd::test {
namespace {

constexpr int kPhones = 300;

struct LinkedHerd : TestHerd {
  LinkedHerd() { StartAllLinked(); }
};

class FleetOverAHerd : public testing::Test {
 protected:
  bool AwaitWords(const std::string& words) {
    return Eventually([&] { return fleet_.Output().find(words) != std::string::npos; });
  }

  // Until so many more seconds have been told.
  bool AwaitSeconds(long seconds) {
    const auto told = [this] {
      const std::string output = fleet_.Output();
      return std::count(output.begin(), output.end(), '\n');
    };
    const auto before = told();
    return Eventually([&] { return told() >= before + seconds; });
  }

  nlohmann::json Finish() {
    fleet_.Signal(SIGINT);
    EXPECT_EQ(fleet_.Wait(), 0) << fleet_.Output();
    return nlohmann::json::parse(ReadFile(herd_.File("fleet.json")));
  }

  LinkedHerd herd_;  // before the fleet, which is to find it whole
  Process fleet_{{HERD_CLIENT, "--config", herd_.File("herd.json"), "fleet", "--phones=300",
                  "--interval=0.1", "--json", herd_.File("fleet.json")},
                 herd_.File("fleet.out")};
};

TEST_F(FleetOverAHerd, GoesOnWithTheOthersWhenOneServerIsKilledAndLosesNoReport) {
  ASSERT_TRUE(AwaitSeconds(2));
  herd_.Kill("Wilkes");
  ASSERT_TRUE(AwaitWords("Wilkes"));
  ASSERT_TRUE(AwaitSeconds(2)) << fleet_.Output();
  const nlohmann::json figures = Finish();
  EXPECT_EQ(figures["acknowledged"], figures["reports"]) << fleet_.Output();
  EXPECT_EQ(figures["errors"], nlohmann::json::object());
  EXPECT_EQ(figures["fail_overs"], 10) << "a fifth of the connections are at home there";
  EXPECT_GT(figures["reports"], 3 * kPhones);
  ASSERT_TRUE(herd_.AwaitConverged());
  for (const v1::GetStatusResponse& status : herd_.GetStatus()) {
    EXPECT_EQ(status.clients(), kPhones) << status.server();
  }
}

TEST_F(FleetOverAHerd, ComesBackToAServerThatHasComeBack) {
  ASSERT_TRUE(AwaitSeconds(2));
  herd_.Kill("Holiday");
  ASSERT_TRUE(AwaitWords("is down"));
  herd_.Start("Holiday");
  ASSERT_TRUE(AwaitWords("is back"));
  ASSERT_TRUE(AwaitSeconds(2));
  const nlohmann::json figures = Finish();
  EXPECT_EQ(figures["acknowledged"], figures["reports"]) << fleet_.Output();
  EXPECT_EQ(figures["returns"], 10) << fleet_.Output();
  ASSERT_TRUE(herd_.AwaitConverged());
}

}  // namespace
}  // namespace herd::test
