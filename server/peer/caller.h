// Who calls the Propagate service.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"

namespace herd::peer {

// With TLS: whether the caller is that server, by its certificate. Errors: PERMISSION_DENIED.
absl::Status CheckCaller(const grpc::ServerContext& call, const std::string& server);

// Where the caller can be called: at the address that it calls from, and the port of `target`,
// which is "host:port".
std::string TargetAtCaller(const grpc::ServerContext& call, const std::string& target);

// absl::StatusCode and grpc::StatusCode are the same numbers by design.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace herd::peer
