// A server's operator service for tests of the client, on a port of its own.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "herd/v1/operator.grpc.pb.h"

namespace herd::test {

class FakeOperator : private v1::Operator::Service {
 public:
  // Called for each GetStatus, on a thread of gRPC's.
  using Answer = std::function<v1::GetStatusResponse()>;

  // `port` 0: any.
  explicit FakeOperator(Answer answer, int port = 0) : answer_(std::move(answer)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  ~FakeOperator() override { server_->Shutdown(); }

  uint16_t port() const { return static_cast<uint16_t>(port_); }

 private:
  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                         v1::GetStatusResponse* response) override {
    *response = answer_();
    return grpc::Status::OK;
  }

  const Answer answer_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace herd::test
