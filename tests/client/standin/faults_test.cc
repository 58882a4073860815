// What the stand-in does wrong when it is told to.
#include "client/standin/faults.h"

#include <chrono>
#include <future>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::standin {
namespace {

using testing::HasSubstr;

Reply Right() { return {200, "application/json", "right"}; }

Reply SpoiledWith(const std::string& fault, bool legacy = true) {
  Faults faults;
  EXPECT_EQ(faults.Set(fault).http_status, 200) << fault;
  return faults.Spoil(legacy, Right);
}

TEST(Faults, AreNoneAtFirst) {
  Faults faults;
  EXPECT_EQ(faults.Spoil(true, Right).body, "right");
}

TEST(Faults, OfAnHttpStatusAreIt) {
  EXPECT_EQ(SpoiledWith(R"({"kind":"http","status":503})").http_status, 503);
  const Reply redirect = SpoiledWith(R"({"kind":"http","status":302})");
  EXPECT_EQ(redirect.http_status, 302);
  EXPECT_NE(redirect.location, "");
}

TEST(Faults, OfTheBodyAreInIt) {
  EXPECT_TRUE(SpoiledWith(R"({"kind":"truncated"})").truncated);
  EXPECT_THAT(SpoiledWith(R"({"kind":"garbage"})").body, HasSubstr("<html>"));
  EXPECT_THAT(SpoiledWith(R"({"kind":"no_results"})").body, testing::Not(HasSubstr("results")));
  EXPECT_GT(SpoiledWith(R"({"kind":"huge"})").body.size(), std::size_t{4} << 20);
}

TEST(Faults, OfTheQuotaAreSaidAsEachApiSaysThem) {
  EXPECT_THAT(SpoiledWith(R"({"kind":"over_quota"})", true).body, HasSubstr("OVER_QUERY_LIMIT"));
  EXPECT_EQ(SpoiledWith(R"({"kind":"over_quota"})", false).http_status, 429);
  EXPECT_THAT(SpoiledWith(R"({"kind":"denied"})", true).body, HasSubstr("REQUEST_DENIED"));
  EXPECT_EQ(SpoiledWith(R"({"kind":"denied"})", false).http_status, 403);
}

TEST(Faults, EndAfterTheirCount) {
  Faults faults;
  faults.Set(R"({"kind":"http","status":500,"count":2})");
  EXPECT_EQ(faults.Spoil(true, Right).http_status, 500);
  EXPECT_EQ(faults.Spoil(true, Right).http_status, 500);
  EXPECT_EQ(faults.Spoil(true, Right).http_status, 200);
}

TEST(Faults, ThatHangEndWithAnotherFaultOrTheEnd) {
  Faults faults;
  faults.Set(R"({"kind":"hang"})");
  auto first = std::async(std::launch::async, [&] { return faults.Spoil(true, Right); });
  EXPECT_EQ(first.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  faults.Set(R"({"kind":"none"})");
  EXPECT_EQ(first.get().body, "right");
  faults.Set(R"({"kind":"delay","ms":600000})");
  auto second = std::async(std::launch::async, [&] { return faults.Spoil(true, Right); });
  faults.Stop();
  EXPECT_EQ(second.get().body, "right");
}

TEST(Faults, ThatAreNoneOfTheseAreRefusedAndChangeNothing) {
  Faults faults;
  for (const std::string wrong : {"", "{}", "7", R"({"kind":7})", R"({"kind":"hnag"})",
                                  R"({"kind":"http"})", R"({"kind":"http","status":1000})",
                                  R"({"kind":"delay","ms":-1})", R"({"kind":"delay","ms":"1"})"}) {
    EXPECT_EQ(faults.Set(wrong).http_status, 400) << wrong;
  }
  EXPECT_EQ(faults.Spoil(true, Right).body, "right");
}

}  // namespace
}  // namespace herd::standin
