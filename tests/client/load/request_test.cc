#include "client/load/request.h"

#include <string>

#include "frontend/text/command.h"
#include "gtest/gtest.h"

namespace herd::client {
namespace {

constexpr Nanos kTime = 1520023934'918963997;

std::string Line(const Request& request, const Question& question = {}) {
  std::string line;
  RequestText(question).Append(request, line);
  return line;
}

template <std::size_t size>
std::string Text(const std::array<char, size>& text) {
  return {text.data(), text.size()};
}

TEST(RequestText, WritesAReport) {
  EXPECT_EQ(Line({.time = kTime, .client = 7}),
            "IAMAT c000000000000007 +34.010000-118.481300 1520023934.918963997\n");
}

TEST(RequestText, WritesAQuestion) {
  EXPECT_EQ(Line({.client = 123'456'789, .is_question = true}), "WHATSAT c000000123456789 10 5\n");
  EXPECT_EQ(Line({.client = 1, .is_question = true}, {.radius_km = "0.5", .bound = "20"}),
            "WHATSAT c000000000000001 0.5 20\n");
}

TEST(RequestText, KeepsEveryDigitOfTimesAndClients) {
  EXPECT_EQ(Text(RequestText({}).Operands({.time = 1, .client = kMaxClients - 1})),
            "c000000999999999 +34.061000-118.382900 0000000000.000000001");
  EXPECT_EQ(Text(RequestText({}).Operands({.time = 9'000'000'000'999'999'999, .client = 0})),
            "c000000000000000 +34.010000-118.510000 9000000000.999999999");
}

TEST(RequestText, WritesIntoTheSameTextOneLineAfterTheOther) {
  const RequestText text({});
  std::string lines = "before\n";
  text.Append({.time = kTime, .client = 1}, lines);
  text.Append({.client = 2, .is_question = true}, lines);
  EXPECT_EQ(lines,
            "before\nIAMAT c000000000000001 +34.010000-118.505900 1520023934.918963997\n"
            "WHATSAT c000000000000002 10 5\n");
}

TEST(RequestText, SaysNothingThatAServerWouldRefuse) {
  const RequestText text({});
  for (std::uint32_t client = 0; client < 5000; ++client) {
    for (const bool is_question : {false, true}) {
      std::string line;
      text.Append({.time = kTime + client, .client = client, .is_question = is_question}, line);
      const text::Command command = text::ParseCommand({line.data(), line.size() - 1});
      ASSERT_EQ(command.kind,
                is_question ? text::Command::Kind::kWhatsat : text::Command::Kind::kIamat)
          << line;
    }
  }
}

}  // namespace
}  // namespace herd::client
