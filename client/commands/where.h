// Which server's operator port to ask, and the area round a client.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/commands/target.h"
#include "client/net/operator_client.h"

namespace herd::client {

// The operator port of that server; `server` empty: of the herd's first.
// Errors: as FindTarget.
absl::StatusOr<Target> FindOperator(const HerdOptions& options, const std::string& server);

// Round a client, where it is now.
struct Near {
  // Empty: nobody, and no area.
  std::string client;
  double radius_km = 1;
};

// nullopt: there is no area.
// Errors: as OperatorClient, NOT_FOUND for one who is not known.
absl::StatusOr<std::optional<v1::Area>> FindArea(const Near& near, OperatorClient& server,
                                                 std::chrono::milliseconds timeout);

// The error with the name of the server that it is about.
absl::Status Of(const Target& target, const absl::Status& error);

}  // namespace herd::client
