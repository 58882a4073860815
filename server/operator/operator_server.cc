#include "server/operator/operator_server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/operator.grpc.pb.h"

namespace herd {
namespace {

class Service final : public v1::Operator::Service {
 public:
  explicit Service(OperatorServer::Describe describe) : describe_(std::move(describe)) {}

  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                         v1::GetStatusResponse* response) override {
    *response = describe_();
    return grpc::Status::OK;
  }

 private:
  const OperatorServer::Describe describe_;
};

class GrpcOperatorServer final : public OperatorServer {
 public:
  explicit GrpcOperatorServer(Describe describe) : service_(std::move(describe)) {}
  ~GrpcOperatorServer() override {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  absl::Status Listen(const std::string& listen) {
    grpc::ServerBuilder builder;
    // A second server on the port is an error, not a silent sharer of its connections.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    int port = 0;
    builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ != nullptr && port != 0) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot listen on ", listen, " for operators"));
  }

 private:
  Service service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<OperatorServer>> OperatorServer::Start(const std::string& listen,
                                                                      Describe describe) {
  auto server = std::make_unique<GrpcOperatorServer>(std::move(describe));
  if (absl::Status status = server->Listen(listen); !status.ok()) return status;
  return server;
}

}  // namespace herd
