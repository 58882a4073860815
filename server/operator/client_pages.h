// The clients that a store holds, a page at a time.
//
// Plain functions; any thread. The store's lock is held for some hundred clients at a time, and a
// call looks at a bounded number of them.
#pragma once

#include "absl/status/statusor.h"
#include "herd/v1/operator.pb.h"
#include "server/state/store.h"

namespace herd {

inline constexpr std::size_t kMaxClientsPerPage = 1000;
inline constexpr std::size_t kMaxClientsLookedAt = 65'536;

// Errors: as Operator.ListClients.
absl::StatusOr<v1::ListClientsResponse> ListClients(const Store& store,
                                                    const v1::ListClientsRequest& request);

}  // namespace herd
