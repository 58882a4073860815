#include "server/node/identity.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"

namespace herd {
namespace {

bool IsLoopback(const std::string& address) {
  return absl::StartsWith(address, "127.") || address == "::1" || address == "localhost";
}

// DNS names have no case, and a certificate would be that of both.
absl::Status CheckServerNames(const NodeOptions& options) {
  for (const config::ServerConfig& server : options.herd.servers) {
    for (const config::ServerConfig& other : options.herd.servers) {
      if (server.name >= other.name || !tls::HasName({server.name}, other.name)) continue;
      return absl::InvalidArgumentError(absl::StrCat("with TLS, ", server.name, " and ", other.name,
                                                     " are one name: give one another"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOperatorName(const NodeOptions& options) {
  for (const config::ServerConfig& server : options.herd.servers) {
    if (!tls::HasName({server.name}, options.operator_name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--operator-name is ", options.operator_name, ", which is a server's name"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<tls::IdentityKeeper>> OpenIdentity(const NodeOptions& options) {
  if (options.identity.any()) {
    auto identity = tls::IdentityKeeper::Start(options.identity, options.server);
    if (!identity.ok()) return identity.status();
    if (absl::Status status = CheckOperatorName(options); !status.ok()) return status;
    if (absl::Status status = CheckServerNames(options); !status.ok()) return status;
    return identity;
  }
  if (!IsLoopback(options.listen)) {
    log::Warning(absl::StrCat("NO TLS: whoever reaches ", options.listen,
                              " can read and change what this herd knows, "
                              "and stop its servers; see --tls-certificate"));
  }
  return nullptr;
}

}  // namespace herd
