// The Operator service, for operators and their tools: with it server reflection, the standard
// health service and channelz.
//
// Answers on gRPC's threads, and tells watchers on one of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "herd/v1/operator.pb.h"
#include "server/state/store.h"
#include "server/tls/identity_keeper.h"

namespace herd {

// The server that is asked. Called on any thread, several at a time.
class OperatorHost {
 public:
  virtual v1::GetStatusResponse DescribeServer() = 0;
  virtual v1::ListNeighborsResponse DescribeNeighbors() = 0;
  // Errors: NOT_FOUND, no neighbour has that name; UNAVAILABLE while stopping.
  virtual absl::Status Disconnect(const std::string& neighbor) = 0;
  virtual absl::Status Reconnect(const std::string& neighbor) = 0;
  // Makes the server leave, without waiting for it. False: it was leaving already.
  virtual bool Drain() = 0;

 protected:
  ~OperatorHost() = default;
};

class OperatorServer {
 public:
  struct Options {
    // "address:port"
    std::string listen;
    // Null: no TLS, and whoever reaches the port is an operator.
    const tls::IdentityKeeper* identity = nullptr;
    // With TLS: operators are those with a certificate for this name.
    std::string operator_name;
  };

  // Listens. The identity, `host` and `store` outlive the server.
  // Errors: UNAVAILABLE, naming the address that cannot be listened on.
  static absl::StatusOr<std::unique_ptr<OperatorServer>> Start(const Options& options,
                                                               OperatorHost* host,
                                                               const Store* store);

  // Ends the calls that are under way, and waits for them.
  virtual ~OperatorServer() = default;

  // Any thread. What the health service says: of everything and of the front door, and of the
  // links.
  virtual void SetHealth(bool ready, bool links) = 0;
  // Any thread. Of herd.v1.Liveness: the threads that serve turn. False at the beginning.
  virtual void SetAlive(bool alive) = 0;

  // Any thread. Operators who watch clients.
  virtual std::size_t watchers() const = 0;

  // Any thread. The store may have something new. Costs next to nothing unless somebody watches.
  virtual void Wake() = 0;
};

}  // namespace herd
