// The Operator service: how the server is doing, for operators and their tools.
//
// Answers on gRPC's threads.
#pragma once

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "herd/v1/operator.pb.h"

namespace herd {

class OperatorServer {
 public:
  // Called for each GetStatus, on any thread, several at a time.
  using Describe = absl::AnyInvocable<v1::GetStatusResponse() const>;

  // Listens on `listen` ("address:port").
  // Errors: UNAVAILABLE, naming the address that cannot be listened on.
  static absl::StatusOr<std::unique_ptr<OperatorServer>> Start(const std::string& listen,
                                                               Describe describe);

  // Ends the calls that are under way, and waits for them.
  virtual ~OperatorServer() = default;
};

}  // namespace herd
