// herd-server NAME: one server of a herd.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "frontend/places/api_key.h"
#include "frontend/places/google_places.h"
#include "server/config/herd_config.h"
#include "server/log/log.h"
#include "server/node/node.h"
#include "server/peer/poller.h"

namespace {

constexpr int kFailed = 1;
constexpr int kMaxThreads = 256;
constexpr int kMaxInSyncMs = 60'000;
constexpr int kMaxLeaveSeconds = 3600;

struct Flags {
  std::string server;
  std::string config_file;
  std::string listen = "127.0.0.1";
  std::string places_url = herd::places::kGoogleBaseUrl;
  std::string places_key_file;
  std::string log_file;
  std::string log_level = "info";
  bool traffic_log = false;
  int threads = 1;
  std::string ack = "neighbors";
  int in_sync_ms = 500;
  int leave_seconds = 10;
  bool check_config = false;
};

void Define(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", "herd-server " HERD_VERSION);
  app.add_option("NAME", flags.server, "Which server of the herd this is");
  app.add_option("--config", flags.config_file,
                 "JSON file that describes the herd (default: the built-in herd of five)");
  app.add_flag("--check-config", flags.check_config,
               "Check the configuration, say what is wrong with it, and exit");
  app.add_option("--listen", flags.listen, "Address that all ports listen on")
      ->capture_default_str();
  app.add_option("--threads", flags.threads, "Threads that serve clients")
      ->check(CLI::Range(1, kMaxThreads))
      ->capture_default_str();
  app.add_option("--ack", flags.ack,
                 "A report is answered when this server has it (local), or when the neighbors that "
                 "are in sync have it too (neighbors)")
      ->check(CLI::IsMember({"local", "neighbors"}))
      ->capture_default_str();
  app.add_option("--in-sync-ms", flags.in_sync_ms,
                 "A neighbor that acknowledges later than this, in milliseconds, is not waited for")
      ->check(CLI::Range(1, kMaxInSyncMs))
      ->capture_default_str();
  app.add_option("--leave-seconds", flags.leave_seconds,
                 "How long, in seconds, stopping may take for answering clients and handing the "
                 "neighbors what they lack")
      ->check(CLI::Range(0, kMaxLeaveSeconds))
      ->capture_default_str();
  app.add_option("--places-url", flags.places_url, "Where Nearby Search is served")
      ->capture_default_str();
  app.add_option("--places-key-file", flags.places_key_file,
                 absl::StrCat("File that holds the Places API key (default: the environment's ",
                              herd::places::kApiKeyVariable, ")"));
  app.add_option("--log-file", flags.log_file, "Append the log to this file, not standard error");
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_flag("--traffic-log", flags.traffic_log,
               "Log every line that comes from a client and goes to it");
}

int Fail(const absl::Status& status) {
  std::cerr << "herd-server: " << std::string(status.message()) << "\n";
  return kFailed;
}

herd::log::Level ToLevel(const std::string& name) {
  if (name == "debug") return herd::log::Level::kDebug;
  if (name == "warning") return herd::log::Level::kWarning;
  if (name == "error") return herd::log::Level::kError;
  return herd::log::Level::kInfo;
}

// As many clients as the machine lets us have.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Before any thread is started, so that all leave these signals to WaitForSignal.
sigset_t BlockSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// The same signal once more kills, as it would any program.
void WaitForSignal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  herd::log::Info(signal == SIGINT ? "SIGINT received" : "SIGTERM received");
  sigset_t received;
  sigemptyset(&received);
  sigaddset(&received, signal);
  pthread_sigmask(SIG_UNBLOCK, &received, nullptr);
}

absl::StatusOr<std::unique_ptr<herd::places::Places>> StartPlaces(const Flags& flags) {
  absl::StatusOr<std::string> key = herd::places::ReadApiKey(flags.places_key_file);
  if (!key.ok()) return key.status();
  herd::places::GooglePlacesOptions options;
  options.base_url = flags.places_url;
  options.key = *std::move(key);
  return herd::places::GooglePlaces::Start(options);
}

absl::Status CheckName(const herd::config::HerdConfig& herd, const std::string& name) {
  if (herd.Find(name) != nullptr) return absl::OkStatus();
  std::vector<std::string> names;
  for (const auto& server : herd.servers) names.push_back(server.name);
  return absl::NotFoundError(absl::StrCat(name.empty() ? "which server? " : name + " is none: ",
                                          "the herd has ", absl::StrJoin(names, ", ")));
}

// Both are measured: of a herd's work under load they take away two fifths.
void TuneLibraries() {
  // Debian builds Abseil with its debug checks, of which this is the dear one: a graph of all locks
  // that is walked at each of them.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // gRPC's default lets a thread that waits for anything take in what all others wait for, and wake
  // them. A server has few connections to other servers; with poll each thread looks at its own.
  setenv("GRPC_POLL_STRATEGY", "poll", 0);
}

int Serve(const Flags& flags) {
  const absl::StatusOr<herd::config::HerdConfig> herd =
      flags.config_file.empty() ? herd::config::DefaultHerdConfig()
                                : herd::config::LoadHerdConfig(flags.config_file);
  if (!herd.ok()) return Fail(herd.status());
  if (flags.check_config && flags.server.empty()) return 0;
  if (absl::Status status = CheckName(*herd, flags.server); !status.ok()) return Fail(status);
  if (flags.check_config) return 0;

  TuneLibraries();
  const sigset_t signals = BlockSignals();
  RaiseDescriptorLimit();
  if (absl::Status status = herd::log::Open(flags.log_file); !status.ok()) return Fail(status);
  herd::log::SetLevel(ToLevel(flags.log_level));
  absl::StatusOr<std::unique_ptr<herd::places::Places>> places = StartPlaces(flags);
  if (!places.ok()) return Fail(places.status());
  const auto node =
      herd::Node::Start({.herd = *herd,
                         .server = flags.server,
                         .version = HERD_VERSION,
                         .listen = flags.listen,
                         .threads = flags.threads,
                         .log_traffic = flags.traffic_log,
                         .ack = flags.ack == "local" ? herd::NodeOptions::Ack::kLocal
                                                     : herd::NodeOptions::Ack::kNeighbors,
                         .in_sync_bound = flags.in_sync_ms * herd::kNanosPerMillisecond,
                         .on_drain = [] { kill(getpid(), SIGTERM); }},
                        *std::move(places));
  if (!node.ok()) {
    herd::log::Error(std::string(node.status().message()));
    herd::log::Flush();
    return flags.log_file.empty() ? kFailed : Fail(node.status());
  }
  WaitForSignal(signals);
  (*node)->Leave(absl::Seconds(flags.leave_seconds));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("One server of a herd: clients report their positions, and ask what is near them.");
  Flags flags;
  Define(app, flags);
  CLI11_PARSE(app, argc, argv);
  herd::peer::ChoosePoller();
  const int status = Serve(flags);
  herd::log::Flush();
  return status;
}
