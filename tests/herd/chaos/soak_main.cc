// herd-soak: a herd under load and faults for as long as wanted, and what came of it.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/herd/chaos/soak.h"

namespace herd::test {
namespace {

volatile sig_atomic_t interrupted = 0;

// The first one brings peace and the summary, the second one the end.
void EndWhenInterrupted() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

struct Flags {
  double minutes = 0;
  int kills = 0;
  int partitions = 0;
  double partition_seconds = 30;
  std::uint64_t seed = 0;
  std::string ack = "neighbors";
  int clients = 2000;
  int reports_per_second = 2000;
};

void Define(CLI::App& app, Flags& flags) {
  app.add_option("--minutes", flags.minutes, "So long of random faults")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--kills", flags.kills,
                 "So many kills of a random server, each as soon as all are in sync")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--partitions", flags.partitions, "So many partitions into two halves")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--partition-seconds", flags.partition_seconds, "How long each lasts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", flags.seed,
                 "What is done to whom and when follows from it (default: any)");
  app.add_option("--ack", flags.ack,
                 "When the servers answer a report; with local none is killed in --minutes, since "
                 "that may lose something")
      ->check(CLI::IsMember({"local", "neighbors"}))
      ->capture_default_str();
  app.add_option("--clients", flags.clients, "Clients that report")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--rate", flags.reports_per_second, "Reports a second")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

// One line for each event; on a terminal also a last line that goes on counting.
class Progress {
 public:
  explicit Progress(const Soak* const* soak) : soak_(soak) {}

  void Say(const std::string& what) {
    std::cout << Clear() << absl::StrFormat("%9.3f s  ", Seconds()) << what << "\n" << std::flush;
  }
  void Tick() {
    if (!terminal_ || *soak_ == nullptr) return;
    std::cout << Clear()
              << absl::StrFormat("%9.3f s  %d reports acknowledged", Seconds(),
                                 (*soak_)->acknowledged())
              << std::flush;
  }
  const char* Clear() const { return terminal_ ? "\r\x1b[K" : ""; }

 private:
  double Seconds() const { return Since(begin_).count() / 1000; }

  const bool terminal_ = isatty(STDOUT_FILENO) != 0;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const Soak* const* const soak_;
};

template <typename Number, typename Period>
std::chrono::milliseconds ToMilliseconds(std::chrono::duration<Number, Period> length) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(length);
}

void Run(const Flags& flags, Soak& soak) {
  const std::chrono::duration<double> partition(flags.partition_seconds);
  const std::chrono::duration<double, std::ratio<60>> chaos(flags.minutes);
  if (flags.kills > 0) soak.Kill(flags.kills);
  if (flags.partitions > 0) soak.Partition(flags.partitions, ToMilliseconds(partition));
  if (flags.minutes > 0) soak.Chaos(ToMilliseconds(chaos));
}

int Main(const Flags& flags) {
  std::cout << "seed " << flags.seed << "\n";
  const Soak* started = nullptr;
  Progress progress(&started);
  Soak soak({.seed = flags.seed,
             .ack = flags.ack,
             .clients = flags.clients,
             .reports_per_second = flags.reports_per_second,
             .say = [&](const std::string& what) { progress.Say(what); },
             .on_tick = [&] { progress.Tick(); },
             .enough = [] { return interrupted != 0; }});
  if (flags.partitions > 0 && !soak.has_network_faults()) {
    std::cerr << "herd-soak: --partitions needs servers in network namespaces\n";
    return 1;
  }
  started = &soak;
  Run(flags, soak);
  started = nullptr;
  std::cout << progress.Clear() << soak.summary().ToString() << "\n";
  return testing::Test::HasFailure() ? 1 : 0;
}

}  // namespace
}  // namespace herd::test

int main(int argc, char** argv) {
  herd::test::Flags flags{.seed = std::random_device()()};
  CLI::App app(
      "Runs a herd of five under load, does harm to it, and checks that nothing acknowledged is "
      "lost "
      "and all servers end with the same. Ctrl-C ends it in peace, and with the summary.");
  Define(app, flags);
  CLI11_PARSE(app, argc, argv);
  if (flags.kills == 0 && flags.partitions == 0 && flags.minutes == 0) flags.minutes = 1;
  testing::InitGoogleTest(&argc, argv);
  herd::test::EndWhenInterrupted();
  herd::test::Network::Enter();
  return herd::test::Main(flags);
}
