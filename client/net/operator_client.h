// Asks the servers of a herd as an operator does: the client's one door to gRPC.
//
// One thread. The channels are kept, so asking again is cheap. Errors carry the reason alone, not
// the endpoint.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "client/net/endpoint.h"
#include "herd/v1/operator.pb.h"
#include "server/tls/identity.h"

namespace herd::client {

// The cause alone of what gRPC says of a connection that could not be opened.
std::string ShortReason(const std::string& message);

class OperatorClient {
 public:
  using Timeout = std::chrono::milliseconds;
  using Answer = absl::StatusOr<v1::GetStatusResponse>;
  using Neighbors = absl::StatusOr<v1::ListNeighborsResponse>;

  // The operator port of a server, and who it has to prove to be where there is TLS.
  struct Server {
    std::string name;
    Endpoint endpoint;
  };

  // The servers to ask. `identity` is the operator's; null: no TLS.
  explicit OperatorClient(const std::vector<Server>& servers,
                          std::shared_ptr<const tls::Identity> identity = nullptr);
  ~OperatorClient();

  OperatorClient(const OperatorClient&) = delete;
  OperatorClient& operator=(const OperatorClient&) = delete;

  // These ask all at once; the answers are in the order of the endpoints. A server that refuses the
  // connection fails at once, one that is silent fails after `timeout`.
  std::vector<Answer> GetStatus(Timeout timeout);
  std::vector<Neighbors> ListNeighbors(Timeout timeout);

  // These ask the first one.
  absl::StatusOr<v1::GetClientResponse> GetClient(const v1::GetClientRequest& request,
                                                  Timeout timeout);
  absl::StatusOr<v1::ListClientsResponse> ListClients(const v1::ListClientsRequest& request,
                                                      Timeout timeout);
  absl::StatusOr<v1::DrainResponse> Drain(Timeout timeout);
  // Calls `visit` for each message, until it says false or the stream ends. `timeout` is how long
  // the first may take.
  // Errors: why the stream ended.
  absl::Status WatchClients(const v1::WatchClientsRequest& request, Timeout timeout,
                            absl::FunctionRef<bool(const v1::WatchClientsResponse&)> visit);

 private:
  struct Channel;
  std::vector<Channel> servers_;
};

}  // namespace herd::client
