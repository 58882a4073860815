#include "client/net/operator_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "herd/v1/operator.grpc.pb.h"
#include "server/tls/credentials.h"

namespace herd::client {
namespace {

// A version vector has an entry for each run of each server.
constexpr int kMaxAnswerBytes = 64 << 20;
constexpr int kKeepaliveMs = 10'000;

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  // A channel made anew is to try at once, whatever the one before it met with.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  // A server that is gone without a word ends a watch.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMs);
  return arguments;
}

// Where it could not connect, gRPC wraps the system's reason in several layers of its own.
std::string Reason(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return "timed out";
  if (!status.error_message().empty()) return ShortReason(status.error_message());
  return absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code()));
}

// absl::StatusCode and grpc::StatusCode are the same numbers by design.
absl::Status ToStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), Reason(status));
}

template <typename Response>
struct Call {
  grpc::ClientContext context;
  Response response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
};

// Asks all at once, and waits for all.
template <typename Response, typename Servers, typename Start>
std::vector<absl::StatusOr<Response>> AskAll(Servers& servers, OperatorClient::Timeout timeout,
                                             const Start& start) {
  const auto deadline = std::chrono::system_clock::now() + timeout;
  grpc::CompletionQueue queue;
  std::vector<Call<Response>> calls(servers.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    Call<Response>& call = calls[i];
    call.context.set_deadline(deadline);
    call.reader = start(*servers[i].stub, &call.context, &queue);
    call.reader->Finish(&call.response, &call.status, &call);
  }
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
  std::vector<absl::StatusOr<Response>> answers;
  answers.reserve(calls.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    // gRPC waits for seconds before it tries an address again that has refused, and a herd that is
    // starting is asked more often than that.
    if (!calls[i].status.ok()) servers[i].Connect();
    if (calls[i].status.ok()) {
      answers.push_back(std::move(calls[i].response));
    } else {
      answers.push_back(ToStatus(calls[i].status));
    }
  }
  return answers;
}

template <typename Response, typename Ask>
absl::StatusOr<Response> AskOne(OperatorClient::Timeout timeout, const Ask& ask) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + timeout);
  Response response;
  const grpc::Status status = ask(&context, &response);
  if (!status.ok()) return ToStatus(status);
  return response;
}

}  // namespace

struct OperatorClient::Channel {
  Channel(const Server& server, const std::shared_ptr<const tls::Identity>& own_identity)
      : name(server.name), target("dns:///" + server.endpoint.ToString()), identity(own_identity) {
    Connect();
  }

  void Connect() {
    grpc::ChannelArguments arguments = Arguments();
    const auto credentials = tls::ChannelCredentials(identity.get(), name, &arguments);
    stub = v1::Operator::NewStub(grpc::CreateCustomChannel(target, credentials, arguments));
  }

  std::string name;
  std::string target;
  std::shared_ptr<const tls::Identity> identity;
  std::unique_ptr<v1::Operator::Stub> stub;
};

std::string ShortReason(const std::string& message) {
  const bool is_wrapped =
      message.rfind("failed to connect", 0) == 0 || message.rfind("DNS resolution failed", 0) == 0;
  const size_t last_layer = message.rfind(": ");
  if (!is_wrapped || last_layer == std::string::npos) return message;
  return message.substr(last_layer + 2);
}

OperatorClient::OperatorClient(const std::vector<Server>& servers,
                               std::shared_ptr<const tls::Identity> identity) {
  for (const Server& server : servers) servers_.emplace_back(server, identity);
}

OperatorClient::~OperatorClient() = default;

std::vector<OperatorClient::Answer> OperatorClient::GetStatus(Timeout timeout) {
  return AskAll<v1::GetStatusResponse>(servers_, timeout,
                                       [](auto& stub, auto* context, auto* queue) {
                                         return stub.AsyncGetStatus(context, {}, queue);
                                       });
}

std::vector<OperatorClient::Neighbors> OperatorClient::ListNeighbors(Timeout timeout) {
  return AskAll<v1::ListNeighborsResponse>(servers_, timeout,
                                           [](auto& stub, auto* context, auto* queue) {
                                             return stub.AsyncListNeighbors(context, {}, queue);
                                           });
}

absl::StatusOr<v1::GetClientResponse> OperatorClient::GetClient(const v1::GetClientRequest& request,
                                                                Timeout timeout) {
  return AskOne<v1::GetClientResponse>(timeout, [&](auto* context, auto* response) {
    return servers_[0].stub->GetClient(context, request, response);
  });
}

absl::StatusOr<v1::ListClientsResponse> OperatorClient::ListClients(
    const v1::ListClientsRequest& request, Timeout timeout) {
  return AskOne<v1::ListClientsResponse>(timeout, [&](auto* context, auto* response) {
    return servers_[0].stub->ListClients(context, request, response);
  });
}

absl::StatusOr<v1::DrainResponse> OperatorClient::Drain(Timeout timeout) {
  return AskOne<v1::DrainResponse>(timeout, [&](auto* context, auto* response) {
    return servers_[0].stub->Drain(context, {}, response);
  });
}

absl::Status OperatorClient::WatchClients(
    const v1::WatchClientsRequest& request, Timeout timeout,
    absl::FunctionRef<bool(const v1::WatchClientsResponse&)> visit) {
  // The stream has no deadline of its own, so that is found out before.
  const auto answer = AskOne<v1::GetStatusResponse>(timeout, [&](auto* context, auto* response) {
    return servers_[0].stub->GetStatus(context, {}, response);
  });
  if (!answer.ok()) return answer.status();
  grpc::ClientContext context;
  const auto reader = servers_[0].stub->WatchClients(&context, request);
  v1::WatchClientsResponse message;
  while (reader->Read(&message)) {
    if (visit(message)) continue;
    context.TryCancel();
    static_cast<void>(reader->Finish());
    return absl::OkStatus();
  }
  return ToStatus(reader->Finish());
}

}  // namespace herd::client
