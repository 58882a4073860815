// herd-server NAME: one server of a herd.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "frontend/places/api_key.h"
#include "frontend/places/google_places.h"
#include "herd_version.h"
#include "server/command_line.h"
#include "server/config/herd_config.h"
#include "server/config/pod.h"
#include "server/log/log.h"
#include "server/node/descriptors.h"
#include "server/node/library_logs.h"
#include "server/node/node.h"
#include "server/peer/poller.h"

namespace {

constexpr int kFailed = 1;
// By which an operator's call tells the main thread that the server is to leave.
constexpr int kDrainSignal = SIGUSR1;
using herd::Flags;

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

// Before any thread is started, so that all leave these signals to WaitForSignal.
sigset_t BlockSignals() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, kDrainSignal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// The same signal once more kills, as it would any program; one that comes after an operator has
// begun what it asks for does no harm.
void WaitForSignal(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  if (signal == kDrainSignal) return;
  herd::log::Info(signal == SIGINT ? "SIGINT received" : "SIGTERM received");
  sigset_t received;
  sigemptyset(&received);
  sigaddset(&received, signal);
  pthread_sigmask(SIG_UNBLOCK, &received, nullptr);
}

absl::StatusOr<std::unique_ptr<herd::places::Places>> StartPlaces(const Flags& flags) {
  absl::StatusOr<std::string> key = herd::places::ReadApiKey(flags.places_key_file);
  if (!key.ok()) return key.status();
  herd::places::GooglePlacesOptions options = flags.places;
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

// Debian builds Abseil with its debug checks, of which this is the dear one: a graph of all locks
// that is walked at each of them.
void SkipLockChecks() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

// Which server this is: by its name, or by its pod's number.
absl::StatusOr<std::string> FindName(const herd::config::HerdConfig& herd, const Flags& flags) {
  if (!flags.server.empty() || flags.pod.empty()) {
    if (absl::Status status = CheckName(herd, flags.server); !status.ok()) return status;
    return flags.server;
  }
  return herd::config::ServerOfPod(herd, flags.pod);
}

int Serve(const Flags& flags) {
  const absl::StatusOr<herd::config::HerdConfig> herd =
      flags.config_file.empty() ? herd::config::DefaultHerdConfig()
                                : herd::config::LoadHerdConfig(flags.config_file);
  if (!herd.ok()) return Fail(herd.status());
  if (flags.check_config && flags.server.empty() && flags.pod.empty()) return 0;
  const absl::StatusOr<std::string> name = FindName(*herd, flags);
  if (!name.ok()) return Fail(name.status());
  if (flags.check_config) return 0;

  SkipLockChecks();
  const sigset_t signals = BlockSignals();
  herd::RaiseDescriptorLimit();
  if (absl::Status status = herd::log::Open(flags.log_file); !status.ok()) return Fail(status);
  herd::log::SetLevel(ToLevel(flags.log_level));
  absl::StatusOr<std::unique_ptr<herd::places::Places>> places = StartPlaces(flags);
  if (!places.ok()) return Fail(places.status());
  const auto node = herd::Node::Start(
      {.herd = *herd,
       .server = *name,
       .version = HERD_VERSION,
       .listen = flags.listen,
       .metrics_listen = flags.metrics_listen,
       .threads = flags.threads,
       .log_traffic = flags.traffic_log,
       .limits = flags.limits,
       .most_clients = flags.max_clients == 0 ? herd::Store::kAnyNumber : flags.max_clients,
       .expire_after = flags.expire_after,
       .ack = flags.ack == "local" ? herd::NodeOptions::Ack::kLocal
                                   : herd::NodeOptions::Ack::kNeighbors,
       .in_sync_bound = flags.in_sync_ms * herd::kNanosPerMillisecond,
       .stuck_after = flags.stuck_seconds * herd::kNanosPerSecond,
       .identity = flags.identity,
       .operator_name = flags.operator_name,
       .client_identity = flags.client_identity,
       .on_drain = [] { kill(getpid(), kDrainSignal); }},
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
  Flags flags;
  if (const std::optional<int> status = herd::ParseCommandLine(argc, argv, &flags)) return *status;
  herd::peer::ChoosePoller();
  herd::LogForLibraries();
  const int status = Serve(flags);
  herd::log::Flush();
  return status;
}
