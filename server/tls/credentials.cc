#include "server/tls/credentials.h"

#include <atomic>
#include <utility>

#include "grpc/grpc.h"
#include "grpc/grpc_security.h"
#include "grpc/grpc_security_constants.h"

namespace herd::tls {
namespace {

// What gRPC's C callbacks are handed: as old as the credentials, which outlive their C++ object.
struct Port {
  const IdentityKeeper* keeper;
  const Admission admission;
  std::atomic<std::uint64_t> version{0};  // of the identity that gRPC has
};

// At each handshake, and first when the port is opened.
grpc_ssl_certificate_config_reload_status Reload(void* state,
                                                 grpc_ssl_server_certificate_config** config) {
  auto* const port = static_cast<Port*>(state);
  const std::uint64_t version = port->keeper->version();
  if (port->version.exchange(version) == version) {
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  }
  const std::shared_ptr<const Identity> identity = port->keeper->current();
  const grpc_ssl_pem_key_cert_pair pair = {identity->private_key.c_str(),
                                           identity->certificate_chain.c_str()};
  *config = grpc_ssl_server_certificate_config_create(identity->authorities.c_str(), &pair, 1);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

std::vector<std::string> NamesOf(const grpc_auth_context* context) {
  std::vector<std::string> names;
  grpc_auth_property_iterator each =
      grpc_auth_context_find_properties_by_name(context, GRPC_PEER_DNS_PROPERTY_NAME);
  while (const grpc_auth_property* const property = grpc_auth_property_iterator_next(&each)) {
    names.emplace_back(property->value, property->value_length);
  }
  return names;
}

void Admit(void* state, grpc_auth_context* context, const grpc_metadata*, size_t,
           grpc_process_auth_metadata_done_cb done, void* user_data) {
  const Admission& admission = static_cast<Port*>(state)->admission;
  const absl::Status status = admission ? admission(NamesOf(context)) : absl::OkStatus();
  // absl::StatusCode and grpc_status_code are the same numbers by design.
  done(user_data, nullptr, 0, nullptr, 0, static_cast<grpc_status_code>(status.code()),
       std::string(status.message()).c_str());
}

void Destroy(void* state) { delete static_cast<Port*>(state); }

// gRPC's own C++ credentials take a certificate once and for all, or watch files and then use a
// broken pair as well; its C interface asks before each handshake.
class ReloadingCredentials final : public grpc::ServerCredentials {
 public:
  explicit ReloadingCredentials(Port* port)
      : credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, Reload, port))) {
    grpc_server_credentials_set_auth_metadata_processor(
        credentials_, {.process = Admit, .destroy = Destroy, .state = port});
  }
  ~ReloadingCredentials() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* const credentials_;
};

}  // namespace

std::vector<std::string> NamesOf(const grpc::AuthContext& peer) {
  std::vector<std::string> names;
  for (const grpc::string_ref& name : peer.FindPropertyValues(GRPC_PEER_DNS_PROPERTY_NAME)) {
    names.emplace_back(name.data(), name.size());
  }
  return names;
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentials(const IdentityKeeper* keeper,
                                                           Admission admission) {
  if (keeper == nullptr) return grpc::InsecureServerCredentials();
  return std::make_shared<ReloadingCredentials>(
      new Port{.keeper = keeper, .admission = std::move(admission)});
}

std::shared_ptr<grpc::ChannelCredentials> ChannelCredentials(const Identity* identity,
                                                             const std::string& name,
                                                             grpc::ChannelArguments* arguments) {
  if (identity == nullptr) return grpc::InsecureChannelCredentials();
  arguments->SetSslTargetNameOverride(name);
  return grpc::SslCredentials({.pem_root_certs = identity->authorities,
                               .pem_private_key = identity->private_key,
                               .pem_cert_chain = identity->certificate_chain});
}

}  // namespace herd::tls
