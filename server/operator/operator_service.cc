#include "server/operator/operator_service.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/operator/client_message.h"
#include "server/operator/client_pages.h"
#include "server/operator/log_level.h"
#include "server/text/utf8.h"

namespace herd {
namespace {

// absl::StatusCode and grpc::StatusCode are the same numbers by design.
grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

void NoteDoing(const grpc::ServerContext& caller, absl::string_view what) {
  log::Warning(absl::StrCat("an operator (", caller.peer(), ") ", what));
}

}  // namespace

grpc::Status OperatorService::GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                                        v1::GetStatusResponse* response) {
  *response = host_->DescribeServer();
  return grpc::Status::OK;
}

grpc::Status OperatorService::ListNeighbors(grpc::ServerContext*, const v1::ListNeighborsRequest*,
                                            v1::ListNeighborsResponse* response) {
  *response = host_->DescribeNeighbors();
  return grpc::Status::OK;
}

grpc::Status OperatorService::GetClient(grpc::ServerContext*, const v1::GetClientRequest* request,
                                        v1::GetClientResponse* response) {
  const std::string& id =
      request->has_client_id_bytes() ? request->client_id_bytes() : request->client_id();
  if (id.empty()) return {grpc::StatusCode::INVALID_ARGUMENT, "client_id is empty: which client?"};
  OriginIndex origin = 0;
  const bool found = store_->Find(id, [&](OriginIndex of, const Update& update) {
    origin = of;
    ToMessage(update, ToDegrees(update), response->mutable_client());
  });
  if (!found) {
    return {grpc::StatusCode::NOT_FOUND,
            absl::StrCat("no client \"", ToUtf8(id), "\" is known here")};
  }
  SetOrigin(store_->Origin(origin), response->mutable_client()->mutable_origin());
  return grpc::Status::OK;
}

grpc::Status OperatorService::ListClients(grpc::ServerContext*,
                                          const v1::ListClientsRequest* request,
                                          v1::ListClientsResponse* response) {
  absl::StatusOr<v1::ListClientsResponse> page = herd::ListClients(*store_, *request);
  if (!page.ok()) return ToGrpc(page.status());
  *response = *std::move(page);
  return grpc::Status::OK;
}

grpc::ServerWriteReactor<v1::WatchClientsResponse>* OperatorService::WatchClients(
    grpc::CallbackServerContext*, const v1::WatchClientsRequest* request) {
  return watches_->Open(*request);
}

grpc::Status OperatorService::SetLogLevel(grpc::ServerContext* context,
                                          const v1::SetLogLevelRequest* request,
                                          v1::SetLogLevelResponse* response) {
  const std::optional<log::Level> level = FromMessage(request->level());
  if (!level) {
    return {grpc::StatusCode::INVALID_ARGUMENT,
            "level is none of LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR"};
  }
  response->set_previous(ToMessage(log::CurrentLevel()));
  // Before the level can silence it.
  NoteDoing(*context,
            absl::StrCat("sets the log level: ", std::string(v1::LogLevel_Name(request->level()))));
  log::SetLevel(*level);
  return grpc::Status::OK;
}

grpc::Status OperatorService::Drain(grpc::ServerContext* context, const v1::DrainRequest*,
                                    v1::DrainResponse* response) {
  NoteDoing(*context, "makes this server leave");
  response->set_already_leaving(!host_->Drain());
  return grpc::Status::OK;
}

grpc::Status OperatorService::Disconnect(grpc::ServerContext* context,
                                         const v1::DisconnectRequest* request,
                                         v1::DisconnectResponse*) {
  NoteDoing(*context, absl::StrCat("disconnects ", absl::CHexEscape(request->neighbor())));
  return ToGrpc(host_->Disconnect(request->neighbor()));
}

grpc::Status OperatorService::Reconnect(grpc::ServerContext* context,
                                        const v1::ReconnectRequest* request,
                                        v1::ReconnectResponse*) {
  NoteDoing(*context, absl::StrCat("reconnects ", absl::CHexEscape(request->neighbor())));
  return ToGrpc(host_->Reconnect(request->neighbor()));
}

}  // namespace herd
