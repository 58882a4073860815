// herd-server's command line: what it may say, and what it says of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "frontend/net/limits.h"
#include "frontend/places/google_places.h"
#include "server/tls/identity.h"

namespace herd {

struct Flags {
  std::string server;
  std::string pod;  // where the server is not named
  std::string config_file;
  std::string listen = "127.0.0.1";
  std::string metrics_listen = "127.0.0.1";
  places::GooglePlacesOptions places;  // all but the key
  std::string places_key_file;
  std::string log_file;
  std::string log_level = "info";
  bool traffic_log = false;
  std::uint64_t max_clients = 0;  // any number
  Nanos expire_after = 0;         // never
  net::Limits limits = {.connections = 0, .connections_per_address = 0};
  int threads = 1;
  std::string ack = "neighbors";
  int in_sync_ms = 500;
  int leave_seconds = 10;
  int stuck_seconds = 10;
  bool check_config = false;
  tls::IdentityFiles identity;
  std::string operator_name = "operator";
  bool client_tls = false;
  tls::IdentityFiles client_identity;  // with client_tls: what clients are shown
};

// The exit status, when that is all that was wanted or the command line is wrong; it then has told
// so. Otherwise `flags` says what to do.
std::optional<int> ParseCommandLine(int argc, char** argv, Flags* flags);

}  // namespace herd
