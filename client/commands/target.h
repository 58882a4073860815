// Which server a text command goes to, and what to tell a person when it does not get there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/net/endpoint.h"
#include "client/net/text_connection.h"
#include "server/config/herd_config.h"
#include "server/tls/identity.h"

namespace herd::client {

// What the command line says about the herd, for every command.
struct HerdOptions {
  // Empty: the default herd.
  std::string config_path;
  // Instead of the server's own, for text commands.
  std::optional<std::string> host;
  std::optional<uint16_t> port;
  // How long a server may keep us waiting.
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
  // Who the person is to servers that ask for it; none: no TLS.
  tls::IdentityFiles identity_files;
  std::shared_ptr<const tls::Identity> identity;  // of those files
};

struct Target {
  // Empty when only a host and a port were given.
  std::string server;
  Endpoint endpoint;

  // "Goloman (127.0.0.1:12070)"
  std::string ToString() const;
};

// The exit statuses of herd-client.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

// Errors: as LoadHerdConfig, all InvalidArgument.
absl::StatusOr<config::HerdConfig> LoadHerd(const HerdOptions& options);

// `server` empty: the herd's first.
// Errors: as LoadHerd, or InvalidArgument when the herd has no such server.
absl::StatusOr<Target> FindTarget(const HerdOptions& options, const std::string& server);

// Errors: as TextConnection::Open, with a hint for a person.
absl::StatusOr<TextConnection> Connect(const Target& target, std::chrono::milliseconds timeout);

// Prints "herd-client: `message`" to standard error.
void Complain(const std::string& message);

// Complains, and returns the exit status for the error: kExitUsage for InvalidArgument.
int Fail(const absl::Status& error);

}  // namespace herd::client
