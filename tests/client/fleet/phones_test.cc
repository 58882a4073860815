#include "client/fleet/phones.h"

#include <cmath>
#include <map>
#include <string>

#include "gtest/gtest.h"

namespace herd::client {
namespace {

constexpr Nanos kPosixStart = 1'520'023'934 * kNanosPerSecond;

TEST(Phones, ReportOneAfterTheOtherEvenly) {
  const FleetPlan plan = {.phones = 4};
  Phones phones(plan, 1000, kPosixStart);
  for (std::uint32_t i = 0; i < 12; ++i) {
    const Nanos expected = 1000 + i * kNanosPerSecond / 4;
    EXPECT_EQ(phones.next(), expected);
    const Report report = phones.Make();
    EXPECT_EQ(report.phone, i % 4);
    EXPECT_EQ(report.made, expected);
  }
  EXPECT_EQ(phones.made(), 12U);
}

TEST(Phones, SayWhoTheyAreAndWhereAndWhen) {
  const FleetPlan plan = {.phones = 2, .interval = 3 * kNanosPerSecond};
  Phones phones(plan, 0, kPosixStart + 7);
  phones.Make();
  const std::string operands = phones.Make().operands;
  EXPECT_EQ(operands.substr(0, 15), "phone-000001 +3");
  EXPECT_EQ(operands.substr(operands.rfind(' ')), " 1520023935.500000007");
}

TEST(Phones, NeverDriftWhateverTheirNumber) {
  const FleetPlan plan = {.phones = 7, .interval = kNanosPerSecond / 3};
  Phones phones(plan, 0, kPosixStart);
  std::map<std::uint32_t, Nanos> last;
  for (int i = 0; i < 7000; ++i) {
    const Report report = phones.Make();
    if (last.contains(report.phone)) {
      EXPECT_EQ(report.made - last[report.phone], plan.interval);
    }
    last[report.phone] = report.made;
  }
}

TEST(Phones, MoveAroundTheCenterAsTheirSeedDecides) {
  const FleetPlan plan = {.phones = 50, .center = {.latitude = -33, .longitude = 151}};
  Phones phones(plan, 0, kPosixStart);
  Phones same(plan, 0, kPosixStart);
  FleetPlan other_plan = plan;
  other_plan.seed = 2;
  Phones others(other_plan, 0, kPosixStart);
  int alike = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string operands = phones.Make().operands;
    const auto place = ParsePlace(operands.substr(13, operands.rfind(' ') - 13));
    ASSERT_TRUE(place.ok()) << operands;
    EXPECT_NEAR(place->latitude, -33, 0.09);
    EXPECT_NEAR(place->longitude, 151, 0.11);
    EXPECT_EQ(same.Make().operands, operands);
    alike += others.Make().operands == operands ? 1 : 0;
  }
  EXPECT_LT(alike, 5);
}

}  // namespace
}  // namespace herd::client
