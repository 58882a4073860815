#include "server/command_line.h"

#include <cstdint>
#include <map>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "frontend/places/api_key.h"
#include "frontend/places/search_key.h"
#include "herd_version.h"
#include "server/tls/identity_flags.h"

namespace herd {
namespace {

constexpr int kMaxThreads = 256;
constexpr int kMaxInSyncMs = 60'000;
constexpr int kMaxLeaveSeconds = 3600;
// The thread of the links turns by itself once a second.
constexpr int kMinStuckSeconds = 2;
constexpr int kMaxStuckSeconds = 3600;
constexpr int kMaxClientSeconds = 365 * 86'400;
constexpr std::size_t kMinPendingBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxPendingBytes = std::size_t{1} << 40;
constexpr int kMaxPlacesCalls = 1024;
constexpr int kMaxPlacesWaiting = 1'000'000;
constexpr std::int64_t kMaxPlacesMs = 600'000;
constexpr double kMaxPlacesRate = 1e6;
// A day.
constexpr int kMaxCacheSeconds = 86'400;

// An option in whole milliseconds or seconds, or as a word.
template <typename Duration>
CLI::Option* AddTime(CLI::App& app, const char* name, Duration& time, const std::string& help) {
  return app
      .add_option_function<std::int64_t>(
          name, [&time](std::int64_t count) { time = Duration(count); }, help)
      ->default_str(std::to_string(time.count()));
}

void DefineServer(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", "herd-server " HERD_VERSION);
  app.add_option("NAME", flags.server, "Which server of the herd this is")->envname("HERD_NAME");
  app.add_option("--pod", flags.pod,
                 "Without a name: this is the server of that number, counted from 0, as the pod "
                 "herd-3 of a StatefulSet is the fourth")
      ->envname("HERD_POD");
  app.add_option("--config", flags.config_file,
                 "JSON file that describes the herd (default: the built-in herd of five)");
  app.add_flag("--check-config", flags.check_config,
               "Check the configuration, say what is wrong with it, and exit");
  app.add_option("--listen", flags.listen, "Address that all ports listen on, but for metrics")
      ->capture_default_str();
  app.add_option("--metrics-listen", flags.metrics_listen,
                 "Address that the metrics' port listens on")
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
  app.add_option("--stuck-seconds", flags.stuck_seconds,
                 "When a thread that serves has not turned for so long, the health service says "
                 "NOT_SERVING of herd.v1.Liveness")
      ->check(CLI::Range(kMinStuckSeconds, kMaxStuckSeconds))
      ->capture_default_str();
}

// An option in whole seconds, of which 0 is for ever.
void AddSeconds(CLI::App& app, const char* name, Nanos& time, const std::string& help) {
  app.add_option_function<int>(
         name, [&time](int seconds) { time = seconds * kNanosPerSecond; }, help)
      ->check(CLI::Range(0, kMaxClientSeconds))
      ->default_str(std::to_string(time / kNanosPerSecond));
}

void DefineClientLimits(CLI::App& app, Flags& flags) {
  net::Limits& limits = flags.limits;
  app.add_option("--max-clients", flags.max_clients,
                 "Clients whose positions are held; when there are so many, a new one's IAMAT is "
                 "answered with \"? \". All servers of a herd should have the same. 0: any number")
      ->capture_default_str();
  AddSeconds(app, "--expire-after", flags.expire_after,
             "A client of which no report has been accepted for so long, in seconds, or up to an "
             "eighth longer, is forgotten. All servers of a herd should have the same. 0: never");
  app.add_option(
         "--max-connections", limits.connections,
         "Connections of clients at a time; more are closed at once. 0: as many as the "
         "limit of descriptors (ulimit -n) leaves, when the server has kept some for itself")
      ->capture_default_str();
  app.add_option("--max-connections-per-address", limits.connections_per_address,
                 "Likewise, of one address, or of IPv6 of 64 bits of one. Clients behind a proxy "
                 "have one together. 0: half of all")
      ->capture_default_str();
  AddSeconds(app, "--idle-seconds", limits.idle,
             "A client that says nothing for so long is closed. 0: never");
  AddSeconds(app, "--line-seconds", limits.line,
             "A client that does not finish within this a line that it has begun is closed. 0: "
             "never");
  AddSeconds(app, "--reply-seconds", limits.reply,
             "A client that takes nothing of its replies for so long is closed. 0: never");
  app.add_option("--max-pending-bytes", limits.pending_bytes,
                 "Kept for all clients: commands that are not done with, and replies that have not "
                 "left. While there is more, a client is closed that has more than an equal share")
      ->check(CLI::Range(kMinPendingBytes, kMaxPendingBytes))
      ->capture_default_str();
}

void DefineTls(CLI::App& app, Flags& flags) {
  const tls::IdentityFlags identity = tls::AddIdentityFlags(
      app,
      {.certificate = "Mutual TLS with neighbors and operators: this server's certificate (PEM), "
                      "with its name in the herd among its DNS names. Files that are replaced are "
                      "read again",
       .key = "Its key (PEM)",
       .authorities = "The authorities (PEM) whose certificates neighbors and operators must have"},
      flags.identity);
  app.add_option("--operator-name", flags.operator_name,
                 "With TLS: the DNS name that operators' certificates are for")
      ->needs(identity.certificate)
      ->capture_default_str();
}

void DefineClientTls(CLI::App& app, Flags& flags) {
  CLI::Option* const tls =
      app.add_flag("--client-tls", flags.client_tls,
                   "Clients have to speak TLS, 1.2 or later, and are shown a certificate: that of "
                   "--client-tls-certificate, or of --tls-certificate. They need none");
  CLI::Option* const certificate =
      app.add_option("--client-tls-certificate", flags.client_identity.certificate,
                     "The certificate (PEM) that clients are shown, with those between it and the "
                     "authority. Files that are replaced are read again");
  CLI::Option* const key =
      app.add_option("--client-tls-key", flags.client_identity.key, "Its key (PEM)");
  certificate->needs(tls)->needs(key);
  key->needs(certificate);
}

// Clients are shown the server's own certificate where there is none for them.
void CompleteClientTls(Flags& flags) {
  if (!flags.client_tls || flags.client_identity.any()) return;
  if (!flags.identity.any()) {
    throw CLI::ValidationError("--client-tls",
                               "needs --client-tls-certificate, or --tls-certificate");
  }
  flags.client_identity.certificate = flags.identity.certificate;
  flags.client_identity.key = flags.identity.key;
}

void DefineLog(CLI::App& app, Flags& flags) {
  app.add_option("--log-file", flags.log_file, "Append the log to this file, not standard error");
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  app.add_flag("--traffic-log", flags.traffic_log,
               "Log every line that comes from a client and goes to it");
}

void DefinePlaces(CLI::App& app, Flags& flags) {
  places::GooglePlacesOptions& places = flags.places;
  const std::map<std::string, places::Api> apis = {{"new", places::Api::kNew},
                                                   {"legacy", places::Api::kLegacy}};
  app.add_option("--places-api", places.api,
                 "Which of Google's APIs to ask: new (Nearby Search of the Places API (New)), or "
                 "legacy (Nearby Search, which Google no longer switches on for new projects)")
      ->transform(CLI::CheckedTransformer(apis).description("new or legacy"))
      ->default_str("new");
  app.add_option("--places-url", places.base_url,
                 "Where it is served (default: Google, " + std::string(places::kGoogleNewUrl) +
                     " or " + places::kGoogleLegacyUrl + ")");
  app.add_option("--places-key-file", flags.places_key_file,
                 absl::StrCat("File that holds the Places API key (default: the environment's ",
                              places::kApiKeyVariable, ")"));
  app.add_option("--places-ca-file", places.limits.ca_file,
                 "Trust the certificates in this file (PEM) and not the system's");
  app.add_option("--places-fields", places.field_mask,
                 "With the new API: the fields to ask for, which decide the price of a call")
      ->capture_default_str();
  app.add_flag("--places-ask-bound", places.ask_bound,
               "With the new API: ask for as many places as the WHATSAT wants, and not for 20 that "
               "serve any WHATSAT");
  AddTime(app, "--places-timeout-ms", places.desk.time_limit,
          "A WHATSAT is answered within this time, in milliseconds")
      ->check(CLI::Range(std::int64_t{1}, kMaxPlacesMs));
}

void DefinePlacesLimits(CLI::App& app, places::SearchDesk::Options& desk) {
  app.add_option_function<int>(
         "--places-cache-seconds",
         [&](int seconds) { desk.cache.time_to_live = std::chrono::seconds(seconds); },
         absl::StrCat("Answers are kept in memory for so long, in seconds, and serve all who ask "
                      "with the same radius at the same position, rounded to ",
                      places::kSharedDecimals,
                      " decimals (a metre). 0: never. Google's terms forbid to keep results, so "
                      "keep them no longer than one moment needs"))
      ->check(CLI::Range(0, kMaxCacheSeconds))
      ->default_str("30");
  app.add_option("--places-cache-bytes", desk.cache.max_bytes,
                 "All of them take so many bytes at most")
      ->capture_default_str();
  app.add_option("--places-budget-per-day", desk.budget.per_day,
                 "Calls of this server from midnight to midnight UTC; more are not made, and "
                 "WHATSAT says OVER_QUERY_LIMIT. Not kept over a restart. 0: no limit")
      ->capture_default_str();
  app.add_option("--places-rate", desk.budget.per_second,
                 "Calls of this server a second, likewise. 0: no limit")
      ->check(CLI::Range(0.0, kMaxPlacesRate))
      ->capture_default_str();
  app.add_option("--places-calls", desk.max_calls, "Calls under way at a time")
      ->check(CLI::Range(1, kMaxPlacesCalls))
      ->capture_default_str();
  app.add_option("--places-queue", desk.max_queued,
                 "Searches that wait for one of those to end; more are refused with "
                 "OVER_QUERY_LIMIT")
      ->check(CLI::Range(0, kMaxPlacesWaiting))
      ->capture_default_str();
  app.add_option("--places-waiting", desk.max_waiting,
                 "WHATSATs that wait, those included that share a call; more are refused likewise")
      ->check(CLI::Range(1, kMaxPlacesWaiting))
      ->capture_default_str();
  app.add_option("--places-waiting-per-connection", desk.max_searches_per_asker,
                 "Searches that one connection may wait for; more are refused likewise")
      ->check(CLI::Range(1, kMaxPlacesWaiting))
      ->capture_default_str();
}

void DefinePlacesBreaker(CLI::App& app, places::CircuitBreaker::Options& breaker) {
  app.add_option("--places-breaker-failures", breaker.failures,
                 "After so many failures in a row Places is left alone for a while. 0: never")
      ->check(CLI::Range(0, kMaxPlacesWaiting))
      ->capture_default_str();
  AddTime(app, "--places-breaker-pause-ms", breaker.first_pause,
          "That while, in milliseconds; each failure after it doubles it")
      ->check(CLI::Range(std::int64_t{1}, kMaxPlacesMs));
  AddTime(app, "--places-breaker-longest-ms", breaker.longest_pause, "Up to this")
      ->check(CLI::Range(std::int64_t{1}, kMaxPlacesMs));
}

}  // namespace

std::optional<int> ParseCommandLine(int argc, char** argv, Flags* flags) {
  CLI::App app("One server of a herd: clients report their positions, and ask what is near them.");
  // So that what a script says first can be overruled.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  DefineServer(app, *flags);
  DefineClientLimits(app, *flags);
  DefineTls(app, *flags);
  DefineClientTls(app, *flags);
  DefinePlaces(app, *flags);
  DefinePlacesLimits(app, flags->places.desk);
  DefinePlacesBreaker(app, flags->places.desk.breaker);
  DefineLog(app, *flags);
  try {
    app.parse(argc, argv);
    CompleteClientTls(*flags);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return std::nullopt;
}

}  // namespace herd
