// herd-simulation: runs herds under virtual time, and says which seeds break an invariant.
#include <cstdint>
#include <cstdio>
#include <string>

#include "CLI/CLI.hpp"
#include "tests/simulation/growth.h"
#include "tests/simulation/simulation.h"

namespace {

using herd::simulation::Result;

int Replay(std::uint64_t seed) {
  std::printf("%s", herd::simulation::MakeSchedule(seed).Describe().c_str());
  const Result result = herd::simulation::RunSeed(seed, herd::simulation::Mutation::kNone, stdout);
  std::printf("%s\ntrace %016llx, %llu events\n", result.Describe().c_str(),
              static_cast<unsigned long long>(result.trace_hash),
              static_cast<unsigned long long>(result.events));
  return result.violation ? 1 : 0;
}

struct Shown {
  std::uint64_t most = 20;
  bool only_first = false;
  std::string invariant;  // empty: any
};

int RunMany(std::uint64_t from, std::uint64_t seeds, const Shown& shown) {
  std::uint64_t violations = 0;
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    const Result result = herd::simulation::RunSeed(seed);
    if (!result.violation) continue;
    const bool other =
        !shown.invariant.empty() && shown.invariant != NameOf(result.violation->invariant);
    if (other) continue;
    if (++violations <= shown.most) std::printf("%s\n", result.Describe().c_str());
    std::fflush(stdout);
    if (shown.only_first) return 1;
  }
  std::printf("%llu schedules, %llu violations\n", static_cast<unsigned long long>(seeds),
              static_cast<unsigned long long>(violations));
  return violations > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs simulated herds, each from a seed, and checks what must always hold.");
  std::uint64_t seeds = 0, from = 1, seed = 0;
  Shown shown;
  app.add_option("--seeds", seeds, "run that many schedules");
  app.add_option("--from", from, "the first seed")->capture_default_str();
  app.add_option("--show", shown.most, "how many violations to describe")->capture_default_str();
  app.add_option("--of", shown.invariant, "see violations of this invariant only");
  app.add_flag("--until-violated", shown.only_first, "end with the first violation");
  CLI::Option* const replay = app.add_option("--seed", seed, "run one schedule, and show it");
  bool growth = false;
  int most_servers = 1000;
  app.add_flag("--growth", growth, "measure what herds of 5 to 1,000 servers cost");
  app.add_option("--most", most_servers, "the largest of them")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (growth) {
    herd::simulation::PrintGrowth(most_servers);
    return 0;
  }
  return *replay ? Replay(seed) : RunMany(from, seeds, shown);
}
