#include "client/load/outcome.h"

#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace herd::client {
namespace {

using Json = nlohmann::json;

LoadPlan Plan() {
  LoadPlan plan;
  plan.servers = {{.name = "Goloman (127.0.0.1:12070)", .endpoint = {"127.0.0.1", 12070}}};
  plan.depth = 16;
  return plan;
}

LoadOutcome Outcome() {
  LoadOutcome outcome;
  for (int i = 1; i <= 1000; ++i) outcome.tally.latency.Record(1000 * i);
  outcome.tally.replies = 1'234'567;
  outcome.tally.bytes_sent = 81'481'422;
  outcome.tally.bytes_received = 101'234'494;
  outcome.tally.cpu = 617'283'500;
  outcome.seconds = 2;
  return outcome;
}

TEST(ToTable, TellsEverythingAtAGlance) {
  EXPECT_EQ(ToTable(Plan(), Outcome()),
            "servers     Goloman (127.0.0.1:12070)\n"
            "load        50 connections, depth 16, 1 thread, 100,000 clients\n"
            "replies     1,234,567 in 2.00 s: 617,284/s\n"
            "latency     p50 500 us   p90 900 us   p99 990 us   p99.9 1,000 us   max 1,000 us   "
            "mean 501 us\n"
            "bytes       81.5 MB sent, 101.2 MB received\n"
            "CPU         0.62 s of this program, 0.500 us a request\n"
            "errors      none\n");
}

TEST(ToTable, ShowsErrorsByKindWithAnExample) {
  LoadOutcome outcome = Outcome();
  outcome.tally.errors.Count(
      ErrorKind::kRefused, [] { return "to x came y"; }, 1000);
  outcome.tally.errors.Count(ErrorKind::kConnectionLost, [] { return "Welsh: closed"; });
  outcome.tally.unanswered = 16;
  const std::string table = ToTable(Plan(), outcome);
  EXPECT_EQ(table.substr(table.find("unanswered")),
            "unanswered  16\n"
            "errors      1 connection lost: Welsh: closed\n"
            "            1,000 refused with \"?\": to x came y\n");
}

TEST(ToTable, SaysWhenARateWasNotReached) {
  LoadPlan plan = Plan();
  plan.rate = 700'000;
  plan.idle = 1;
  plan.threads = 2;
  plan.mix.question_share = 0.25;
  LoadOutcome outcome = Outcome();
  outcome.interrupted = true;
  const std::string table = ToTable(plan, outcome);
  EXPECT_EQ(table.substr(table.find("load"), table.find("latency") - table.find("load")),
            "load        50 connections (and 1 idle), 700,000 requests/s, each when it is due, "
            "2 threads, 100,000 clients, 25% WHATSAT\n"
            "replies     1,234,567 in 2.00 s: 617,284/s, and not the 700,000/s asked for "
            "(interrupted)\n");
}

TEST(ToJson, HasWhatProgramsRead) {
  LoadOutcome outcome = Outcome();
  outcome.tally.errors.Count(
      ErrorKind::kWrongClient, [] { return "\xff"; }, 3);
  const Json json = Json::parse(ToJson(Plan(), outcome));
  EXPECT_EQ(json["requests"], 1'234'567);
  EXPECT_EQ(json["seconds"], 2.0);
  EXPECT_EQ(json["rate"], 617'283.5);
  EXPECT_EQ(json["errors"], Json({{"wrong_client", 3}}));
  EXPECT_EQ(json["latency_us"]["p50"], 500.223);
  EXPECT_EQ(json["latency_us"]["max"], 1000.0);
  EXPECT_EQ(json["bytes_sent"], 81'481'422);
  EXPECT_EQ(json["bytes_received"], 101'234'494);
  EXPECT_EQ(json["cpu_seconds"], 0.6172835);
  for (const char* const key : {"p90", "p99", "p999", "mean"}) {
    EXPECT_TRUE(json["latency_us"].contains(key)) << key;
  }
}

TEST(ToJson, OfNothingHasNoErrorsAndNoDivisionByZero) {
  const Json json = Json::parse(ToJson(Plan(), LoadOutcome()));
  EXPECT_EQ(json["errors"], Json::object());
  EXPECT_EQ(json["rate"], 0.0);
  EXPECT_EQ(json["latency_us"]["p50"], 0.0);
}

TEST(WithCommas, SetsACommaAtEachThousand) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(1000), "1,000");
  EXPECT_EQ(WithCommas(12'345'678), "12,345,678");
}

}  // namespace
}  // namespace herd::client
