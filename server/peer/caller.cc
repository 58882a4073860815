#include "server/peer/caller.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/tls/credentials.h"

namespace herd::peer {

absl::Status CheckCaller(const grpc::ServerContext& call, const std::string& server) {
  const std::shared_ptr<const grpc::AuthContext> peer = call.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return absl::OkStatus();  // there is no TLS
  const std::vector<std::string> names = tls::NamesOf(*peer);
  if (tls::HasName(names, server)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("the certificate is that of ", tls::Listed(names), ", not of ", server));
}

std::string TargetAtCaller(const grpc::ServerContext& call, const std::string& target) {
  // "ipv4:10.0.0.5:40312", or with the brackets of an IPv6 address escaped; gRPC takes both back.
  const std::string peer = call.peer();
  return absl::StrCat(peer.substr(0, peer.rfind(':')), target.substr(target.rfind(':')));
}

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace herd::peer
