// A channel to a neighbour, which looks its name up anew: that gRPC does so once in 30 seconds at
// the most holds for each channel by itself, and these live for one attempt.
#pragma once

#include <memory>
#include <string>

#include "grpcpp/grpcpp.h"
#include "server/tls/identity_keeper.h"

namespace herd::peer {

// `target` is "host:port", or an address as gRPC writes one. With the identity of now; null: no
// TLS.
std::shared_ptr<grpc::Channel> NeighborChannel(const std::string& target, const std::string& name,
                                               const tls::IdentityKeeper* identity);

}  // namespace herd::peer
