// herd-places: answers Google's Nearby Search without Google, from a file of places.
#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/standin/http_door.h"
#include "client/standin/place_file.h"
#include "client/standin/routes.h"

namespace herd::standin {
namespace {

constexpr int kUsageError = 2;

struct Options {
  int port = 8070;
  std::string address = "127.0.0.1";
  std::string data;
};

// A file beside the program, as installed; else the one in the source tree, as built.
std::string DefaultData() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto beside = program.parent_path() / "places.tsv";
  return std::filesystem::exists(beside, ignored) ? beside.string() : HERD_PLACES_DATA;
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void StopOnSignal(HttpDoor& door) {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  door.Stop();
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "herd-places: %s\n", std::string(status.message()).c_str());
  return 1;
}

void Announce(const std::string& address, int port) {
  const bool is_ipv6 = address.find(':') != address.npos;
  const std::string host = is_ipv6 ? absl::StrCat("[", address, "]") : address;
  std::printf("herd-places: listening on http://%s:%d\n", host.c_str(), port);
  std::fflush(stdout);
}

int Run(const Options& options) {
  // Before any thread: all of them leave the signals to StopOnSignal.
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  absl::StatusOr<PlaceFile> file = ReadPlaces(options.data.empty() ? DefaultData() : options.data);
  if (!file.ok()) return Fail(file.status());
  const NearbySearch nearby(*std::move(file));
  HttpDoor door([&](const Request& request) { return Route(nearby, request); });
  if (const auto listening = door.Listen(options.address, options.port); !listening.ok()) {
    return Fail(listening);
  }
  std::thread stopper(StopOnSignal, std::ref(door));
  Announce(options.address, door.port());
  const absl::Status served = door.Serve();
  // Also where no signal came: Serve returned because its socket broke.
  pthread_kill(stopper.native_handle(), SIGTERM);
  stopper.join();
  return served.ok() ? 0 : Fail(served);
}

}  // namespace
}  // namespace herd::standin

int main(int argc, char** argv) {
  herd::standin::Options options;
  CLI::App app("Answers Google's Nearby Search without Google, from a file of places.",
               "herd-places");
  app.add_option("--port", options.port, "The port to listen on; 0 is any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--listen", options.address, "The address to listen on")->capture_default_str();
  app.add_option(
      "--data", options.data,
      "The file of places (default: places.tsv beside the program, or the source tree's)");
  app.set_version_flag("--version", "herd-places " HERD_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : herd::standin::kUsageError;
  }
  return herd::standin::Run(options);
}
