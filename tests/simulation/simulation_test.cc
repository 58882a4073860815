// Thousands of simulated herds, and herds broken on purpose, which the simulation has to notice.
//
// Known to be caught: each of TheMutations below, which break what surrounds the deciding code, and
// each in mutations.py, which break that code itself.
#include "tests/simulation/simulation.h"

#include <cstdint>
#include <iostream>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/simulation/mutation.h"

namespace herd::simulation {
namespace {

constexpr std::uint64_t kShards = 8;
constexpr std::uint64_t kSeedsPerShard = 375;
constexpr std::uint64_t kSeedsPerMutation = 1000;

// Shards, so that a machine's cores share them.
class SimulatedHerds : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SimulatedHerds, KeepAllInvariants) {
  const std::uint64_t first = 1 + GetParam() * kSeedsPerShard;
  for (std::uint64_t seed = first; seed < first + kSeedsPerShard; ++seed) {
    const Result result = RunSeed(seed);
    EXPECT_FALSE(result.violation) << result.Describe();
  }
}

INSTANTIATE_TEST_SUITE_P(Shard, SimulatedHerds, testing::Range(std::uint64_t{0}, kShards));

TEST(ASeed, GivesTheSameRunAgain) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Result once = RunSeed(seed);
    const Result again = RunSeed(seed);
    EXPECT_EQ(once.trace_hash, again.trace_hash) << seed;
    EXPECT_EQ(once.events, again.events) << seed;
  }
}

struct Broken {
  const char* name;
  Mutation mutation;

  friend void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.name; }
};

class TheMutations : public testing::TestWithParam<Broken> {};

TEST_P(TheMutations, AreCaughtWithinAThousandSchedules) {
  for (std::uint64_t seed = 1; seed <= kSeedsPerMutation; ++seed) {
    const Result result = RunSeed(seed, GetParam().mutation);
    if (!result.violation) continue;
    std::cout << result.Describe() << "\n";
    return;
  }
  ADD_FAILURE() << "not caught";
}

INSTANTIATE_TEST_SUITE_P(
    Herds, TheMutations,
    testing::Values(Broken{"LoseAcks", Mutation::kLosesAcks},
                    Broken{"SkipUpdates", Mutation::kSkipsUpdates},
                    Broken{"ReplyAtOnce", Mutation::kRepliesAtOnce},
                    Broken{"PushEverythingToEverybody", Mutation::kPushesEverythingToEverybody},
                    Broken{"KeepEndedLinks", Mutation::kKeepsEndedLinks},
                    Broken{"StopInsteadOfLeaving", Mutation::kStopsInsteadOfLeaving},
                    Broken{"ComeBackAsTheSameRun", Mutation::kComesBackAsTheSameRun}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace herd::simulation
