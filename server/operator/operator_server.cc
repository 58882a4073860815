#include "server/operator/operator_server.h"

#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/ext/channelz_service_plugin.h"
#include "grpcpp/ext/health_check_service_server_builder_option.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "server/operator/operator_service.h"
#include "server/operator/watches.h"
#include "server/tls/credentials.h"

namespace herd {
namespace {

// A tool that is gone without a word is missed after that long, twice.
constexpr int kKeepaliveMs = 10'000;
// Nobody needs longer to shake hands; and who has not asked for so long may connect again.
constexpr int kHandshakeMs = 5000;
constexpr int kIdleMs = 300'000;
// How often a tool may ping, where it likes to.
constexpr int kPingMs = 1000;

// Calls that are under way when the server stops may take so long to be answered.
constexpr std::chrono::milliseconds kAnswersLeave(200);

constexpr const char* kWholeServer = "";
constexpr const char* kFrontDoor = "herd.v1.FrontDoor";
constexpr const char* kLinks = "herd.v1.Propagate";
constexpr const char* kOperator = "herd.v1.Operator";
constexpr const char* kLiveness = "herd.v1.Liveness";

// gRPC knows these for all servers of a process from then on; that of the links is built before,
// and has none of them.
void AddServices() {
  // Reflection shows only what is linked, and the linker drops what nobody touches.
  static_cast<void>(grpc::health::v1::HealthCheckRequest::descriptor());
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::channelz::experimental::InitChannelzService();
}

void SetArguments(grpc::ServerBuilder& builder) {
  // A second server on the port is an error, not a silent sharer of its connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingMs);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 1);
}

absl::Status CheckOperator(const std::string& name, const std::vector<std::string>& names) {
  if (tls::HasName(names, name)) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("the certificate is that of ", tls::Listed(names),
                                                  ", and operators' are "
                                                  "for ",
                                                  name));
}

class GrpcOperatorServer final : public OperatorServer {
 public:
  GrpcOperatorServer(OperatorHost* host, const Store* store)
      : watches_(store), service_(host, store, &watches_) {}
  ~GrpcOperatorServer() override {
    watches_.Stop();
    // The answer to a Drain is still to leave.
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now() + kAnswersLeave);
  }

  absl::Status Listen(const Options& options) {
    AddServices();
    grpc::ServerBuilder builder;
    SetArguments(builder);
    int port = 0;
    const auto credentials = tls::ServerCredentials(
        options.identity, [name = options.operator_name](const std::vector<std::string>& names) {
          return CheckOperator(name, names);
        });
    builder.AddListeningPort(options.listen, credentials, &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ != nullptr && port != 0) {
      SetHealth(false, false);
      SetAlive(false);
      server_->GetHealthCheckService()->SetServingStatus(kOperator, true);
      return absl::OkStatus();
    }
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.listen, " for operators"));
  }

  void SetHealth(bool ready, bool links) override {
    grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
    health->SetServingStatus(kWholeServer, ready);
    health->SetServingStatus(kFrontDoor, ready);
    health->SetServingStatus(kLinks, links);
  }

  void SetAlive(bool alive) override {
    server_->GetHealthCheckService()->SetServingStatus(kLiveness, alive);
  }

  std::size_t watchers() const override { return watches_.size(); }
  void Wake() override { watches_.Wake(); }

 private:
  Watches watches_;
  OperatorService service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<OperatorServer>> OperatorServer::Start(const Options& options,
                                                                      OperatorHost* host,
                                                                      const Store* store) {
  auto server = std::make_unique<GrpcOperatorServer>(host, store);
  if (absl::Status status = server->Listen(options); !status.ok()) return status;
  return server;
}

}  // namespace herd
