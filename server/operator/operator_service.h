// The methods of herd.v1.Operator.
//
// All but the watches answers at once, on the thread of the call.
#pragma once

#include "grpcpp/grpcpp.h"
#include "herd/v1/operator.grpc.pb.h"
#include "server/operator/operator_server.h"
#include "server/operator/watches.h"
#include "server/state/store.h"

namespace herd {

class OperatorService final
    : public v1::Operator::WithCallbackMethod_WatchClients<v1::Operator::Service> {
 public:
  // All outlive the service.
  OperatorService(OperatorHost* host, const Store* store, Watches* watches)
      : host_(host), store_(store), watches_(watches) {}

  grpc::Status GetStatus(grpc::ServerContext* context, const v1::GetStatusRequest* request,
                         v1::GetStatusResponse* response) override;
  grpc::Status ListNeighbors(grpc::ServerContext* context, const v1::ListNeighborsRequest* request,
                             v1::ListNeighborsResponse* response) override;
  grpc::Status GetClient(grpc::ServerContext* context, const v1::GetClientRequest* request,
                         v1::GetClientResponse* response) override;
  grpc::Status ListClients(grpc::ServerContext* context, const v1::ListClientsRequest* request,
                           v1::ListClientsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchClientsResponse>* WatchClients(
      grpc::CallbackServerContext* context, const v1::WatchClientsRequest* request) override;
  grpc::Status SetLogLevel(grpc::ServerContext* context, const v1::SetLogLevelRequest* request,
                           v1::SetLogLevelResponse* response) override;
  grpc::Status Drain(grpc::ServerContext* context, const v1::DrainRequest* request,
                     v1::DrainResponse* response) override;
  grpc::Status Disconnect(grpc::ServerContext* context, const v1::DisconnectRequest* request,
                          v1::DisconnectResponse* response) override;
  grpc::Status Reconnect(grpc::ServerContext* context, const v1::ReconnectRequest* request,
                         v1::ReconnectResponse* response) override;

 private:
  OperatorHost* const host_;
  const Store* const store_;
  Watches* const watches_;
};

}  // namespace herd
