// Each flag of Places, and of what clients may take, sets what it says, and nothing else.
#include "server/command_line.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace herd {
namespace {

using Values = std::map<std::string, std::string>;

Values ValuesIn(const Flags& flags) {
  const places::GooglePlacesOptions& places = flags.places;
  const places::SearchDesk::Options& desk = places.desk;
  const auto ms = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
  return {
      {"--places-api", places.api == places::Api::kNew ? "new" : "legacy"},
      {"--places-url", places.base_url},
      {"--places-key-file", flags.places_key_file},
      {"--places-ca-file", places.limits.ca_file},
      {"--places-fields", places.field_mask},
      {"--places-ask-bound", places.ask_bound ? "true" : "false"},
      {"--places-timeout-ms", ms(desk.time_limit)},
      {"--places-cache-seconds", absl::StrCat(desk.cache.time_to_live / std::chrono::seconds(1))},
      {"--places-cache-bytes", absl::StrCat(desk.cache.max_bytes)},
      {"--places-budget-per-day", absl::StrCat(desk.budget.per_day)},
      {"--places-rate", absl::StrCat(desk.budget.per_second)},
      {"--places-calls", absl::StrCat(desk.max_calls)},
      {"--places-queue", absl::StrCat(desk.max_queued)},
      {"--places-waiting", absl::StrCat(desk.max_waiting)},
      {"--places-waiting-per-connection", absl::StrCat(desk.max_searches_per_asker)},
      {"--places-breaker-failures", absl::StrCat(desk.breaker.failures)},
      {"--places-breaker-pause-ms", ms(desk.breaker.first_pause)},
      {"--places-breaker-longest-ms", ms(desk.breaker.longest_pause)},
      {"--max-clients", absl::StrCat(flags.max_clients)},
      {"--expire-after", absl::StrCat(flags.expire_after / kNanosPerSecond)},
      {"--max-connections", absl::StrCat(flags.limits.connections)},
      {"--max-connections-per-address", absl::StrCat(flags.limits.connections_per_address)},
      {"--idle-seconds", absl::StrCat(flags.limits.idle / kNanosPerSecond)},
      {"--line-seconds", absl::StrCat(flags.limits.line / kNanosPerSecond)},
      {"--reply-seconds", absl::StrCat(flags.limits.reply / kNanosPerSecond)},
      {"--max-pending-bytes", absl::StrCat(flags.limits.pending_bytes)},
  };
}

Values ValuesWith(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  Flags flags;
  EXPECT_EQ(ParseCommandLine(static_cast<int>(argv.size()), argv.data(), &flags), std::nullopt);
  return ValuesIn(flags);
}

class Flag : public testing::TestWithParam<Values::value_type> {};

TEST_P(Flag, SetsWhatItSaysAndNothingElse) {
  const auto& [flag, value] = GetParam();
  Values expected = ValuesWith({"herd-server"});
  ASSERT_NE(expected.at(flag), value) << "not the default";
  expected[flag] = value;
  EXPECT_EQ(ValuesWith({"herd-server", absl::StrCat(flag, "=", value)}), expected);
}

const Values kNotDefault = {
    {"--places-api", "legacy"},
    {"--places-url", "http://a"},
    {"--places-key-file", "key"},
    {"--places-ca-file", "ca"},
    {"--places-fields", "places.id"},
    {"--places-ask-bound", "true"},
    {"--places-timeout-ms", "7"},
    {"--places-cache-seconds", "7"},
    {"--places-cache-bytes", "7"},
    {"--places-budget-per-day", "7"},
    {"--places-rate", "7"},
    {"--places-calls", "7"},
    {"--places-queue", "7"},
    {"--places-waiting", "7"},
    {"--places-waiting-per-connection", "7"},
    {"--places-breaker-failures", "7"},
    {"--places-breaker-pause-ms", "7"},
    {"--places-breaker-longest-ms", "7"},
    {"--max-clients", "7"},
    {"--expire-after", "7"},
    {"--max-connections", "7"},
    {"--max-connections-per-address", "7"},
    {"--idle-seconds", "7"},
    {"--line-seconds", "7"},
    {"--reply-seconds", "7"},
    {"--max-pending-bytes", "7777777"},
};

INSTANTIATE_TEST_SUITE_P(All, Flag, testing::ValuesIn(kNotDefault),
                         [](const auto& test) { return "Number" + std::to_string(test.index); });

TEST(TheFlags, AreAllInTheTable) {
  EXPECT_EQ(ValuesWith({"herd-server"}).size(), kNotDefault.size());
}

}  // namespace
}  // namespace herd
