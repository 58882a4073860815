// Asks the servers of a herd how they are: the client's one door to gRPC.
//
// One thread. The channels are kept, so asking again is cheap.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/net/endpoint.h"
#include "herd/v1/operator.pb.h"

namespace herd::client {

class OperatorClient {
 public:
  using Answer = absl::StatusOr<v1::GetStatusResponse>;

  // The operator ports of the servers to ask.
  explicit OperatorClient(const std::vector<Endpoint>& endpoints);
  ~OperatorClient();

  OperatorClient(const OperatorClient&) = delete;
  OperatorClient& operator=(const OperatorClient&) = delete;

  // Asks all at once; the answers are in the order of the endpoints. A server that refuses the
  // connection fails at once, one that is silent fails after `timeout`. Errors carry the reason
  // alone, not the endpoint.
  std::vector<Answer> GetStatus(std::chrono::milliseconds timeout);

 private:
  struct Server;
  std::vector<Server> servers_;
};

}  // namespace herd::client
