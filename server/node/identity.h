// Who a server is to its neighbours and to operators.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "server/node/node.h"
#include "server/tls/identity_keeper.h"

namespace herd {

// Of the files that the options name; null when they name none, of which the log is told where
// strangers may reach the server.
// Errors: as IdentityKeeper::Start; INVALID_ARGUMENT, a server's certificate would be an
// operator's.
absl::StatusOr<std::unique_ptr<tls::IdentityKeeper>> OpenIdentity(const NodeOptions& options);

}  // namespace herd
