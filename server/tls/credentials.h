// gRPC's credentials, made of an identity: mutual TLS, 1.2 or later.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "server/tls/identity_keeper.h"

namespace herd::tls {

// The DNS names in the certificate of the other end of a connection. None without TLS.
std::vector<std::string> NamesOf(const grpc::AuthContext& peer);

// Says of each call on a server, by the names in its caller's certificate, whether it is let in.
// Called on any thread.
using Admission = std::function<absl::Status(const std::vector<std::string>& names)>;

// For a server's port: callers need a certificate of the authorities. A connection is opened with
// what `keeper`, which outlives all servers with these credentials, has then. Without a keeper: no
// TLS, and everybody is let in.
std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const IdentityKeeper* keeper,
                                                           Admission admission = nullptr);

// For a channel to a server that has to prove that it is `name`; sets what that takes in
// `arguments`. With the identity of now. Without one: no TLS.
std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const Identity* identity,
                                                             const std::string& name,
                                                             grpc::ChannelArguments* arguments);

}  // namespace herd::tls
