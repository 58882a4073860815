// herd-places: answers Google's Nearby Search without Google, from a file of places.
#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/standin/faults.h"
#include "client/standin/http_door.h"
#include "client/standin/own_places.h"
#include "client/standin/place_file.h"
#include "client/standin/routes.h"
#include "herd_version.h"

namespace herd::standin {
namespace {

constexpr int kUsageError = 2;

struct Options {
  int port = 8070;
  std::string address = "127.0.0.1";
  std::string data;
  std::string places_file;
  std::string key_file;
  NearbySearch::Options search;
  HttpDoor::Tls tls;
  bool allow_faults = false;
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

void StopOnSignal(HttpDoor& door, Faults& faults) {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  faults.Stop();
  door.Stop();
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "herd-places: %s\n", std::string(status.message()).c_str());
  return 1;
}

void Announce(const char* scheme, const std::string& address, int port) {
  const bool is_ipv6 = address.find(':') != address.npos;
  const std::string host = is_ipv6 ? absl::StrCat("[", address, "]") : address;
  std::printf("herd-places: listening on %s://%s:%d\n", scheme, host.c_str(), port);
  std::fflush(stdout);
}

int64_t NowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

absl::StatusOr<PlaceFile> Places(const Options& options) {
  if (!options.places_file.empty()) return ReadOwnPlaces(options.places_file);
  return ReadPlaces(options.data.empty() ? DefaultData() : options.data);
}

absl::StatusOr<NearbySearch::Options> SearchOptions(const Options& options) {
  NearbySearch::Options search = options.search;
  if (options.key_file.empty()) return search;
  absl::StatusOr<std::string> key = ReadWholeFile(options.key_file);
  if (!key.ok()) return key.status();
  search.key = std::string(absl::StripAsciiWhitespace(*key));
  return search;
}

int Run(const Options& options) {
  // Before any thread: all of them leave the signals to StopOnSignal.
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  absl::StatusOr<PlaceFile> file = Places(options);
  if (!file.ok()) return Fail(file.status());
  absl::StatusOr<NearbySearch::Options> search = SearchOptions(options);
  if (!search.ok()) return Fail(search.status());
  const NearbySearch nearby(*std::move(file), *std::move(search));
  Faults faults;
  HttpDoor door(
      [&](const Request& request) {
        return Route(nearby, options.allow_faults ? &faults : nullptr, request, NowMs());
      },
      options.tls);
  if (const auto listening = door.Listen(options.address, options.port); !listening.ok()) {
    return Fail(listening);
  }
  std::thread stopper(StopOnSignal, std::ref(door), std::ref(faults));
  Announce(options.tls.certificate_file.empty() ? "http" : "https", options.address, door.port());
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
  CLI::App app(
      "Answers Google's Nearby Search, legacy and new, without Google, from a file of places.",
      "herd-places");
  app.add_option("--port", options.port, "The port to listen on; 0 is any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--listen", options.address, "The address to listen on")->capture_default_str();
  app.add_option(
      "--data", options.data,
      "The file of places (default: places.tsv beside the program, or the source tree's)");
  app.add_option("--places-file", options.places_file,
                 "Your own places, in place of --data: CSV with the columns name, latitude and "
                 "longitude, or GeoJSON points with a property name")
      ->excludes("--data");
  app.add_option("--key-file", options.key_file,
                 "Take only the API key in this file (default: any key)");
  app.add_option("--page-token-delay-ms", options.search.page_token_delay_ms,
                 "A page token counts only so much later, in milliseconds, as Google's do after "
                 "some 2000")
      ->check(CLI::Range(0, 600'000))
      ->capture_default_str();
  auto* const certificate = app.add_option("--tls-certificate", options.tls.certificate_file,
                                           "Speak HTTPS with this certificate (PEM)");
  app.add_option("--tls-key", options.tls.key_file, "and this key (PEM)")->needs(certificate);
  certificate->needs("--tls-key");
  app.add_flag("--allow-faults", options.allow_faults,
               "Let anybody make it fail with POST /faults, for tests; client/standin/faults.h "
               "lists how");
  app.set_version_flag("--version", "herd-places " HERD_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : herd::standin::kUsageError;
  }
  return herd::standin::Run(options);
}
