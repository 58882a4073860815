#include "client/fleet/report.h"

#include <string>

#include "gtest/gtest.h"

namespace herd::client {
namespace {

const Report kReport = {
    .phone = 42,
    .operands = ReportOperands(42, {.latitude = 34.06893, .longitude = -118.445127},
                               1'520'023'934'018'963'997)};

TEST(Report, SaysPhonePlaceAndTime) {
  EXPECT_EQ(kReport.operands, "phone-000042 +34.068930-118.445127 1520023934.018963997");
}

TEST(Report, IsAcknowledgedByItsAtLineAlone) {
  EXPECT_EQ(FindFault("AT Goloman +0.263873386 " + kReport.operands, kReport), std::nullopt);
  EXPECT_EQ(FindFault("AT Welsh -12.000000001 " + kReport.operands, kReport), std::nullopt);
  EXPECT_EQ(FindFault("? IAMAT " + kReport.operands, kReport), ErrorKind::kRefused);
  EXPECT_EQ(
      FindFault("AT Goloman +0.263873386 phone-000043" + kReport.operands.substr(12), kReport),
      ErrorKind::kWrongClient);
  for (const std::string& line :
       {std::string(""), std::string("AT"), std::string("AT Goloman +0.263873386"),
        "AT Goloman 0.263873386 " + kReport.operands, "AT Goloman +0.26387338 " + kReport.operands,
        "at Goloman +0.263873386 " + kReport.operands, "AT +0.263873386 " + kReport.operands,
        "AT  +0.263873386 " + kReport.operands, "AT Goloman +0.263873386 " + kReport.operands + " ",
        "AT Goloman +0.263873386 " + kReport.operands + "0"}) {
    EXPECT_EQ(FindFault(line, kReport), ErrorKind::kMalformed) << line;
  }
}

}  // namespace
}  // namespace herd::client
