#include "client/net/operator_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "herd/v1/operator.grpc.pb.h"

namespace herd::client {
namespace {

// A herd that is starting is asked again and again: a server that has just come up is to be seen.
constexpr int kReconnectMs = 50;
constexpr int kMaxReconnectMs = 200;
// How long one attempt to connect may take, which gRPC calls the minimal backoff.
constexpr int kConnectMs = 5000;
// A version vector has an entry for each run of each server.
constexpr int kMaxAnswerBytes = 64 << 20;

struct Call {
  grpc::ClientContext context;
  v1::GetStatusResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::GetStatusResponse>> reader;
};

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  return arguments;
}

// Where it could not connect, gRPC wraps the system's reason in several layers of its own.
std::string Reason(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return "timed out";
  const std::string& message = status.error_message();
  const bool is_wrapped =
      message.rfind("failed to connect", 0) == 0 || message.rfind("DNS resolution failed", 0) == 0;
  const size_t last_layer = message.rfind(": ");
  if (!is_wrapped || last_layer == std::string::npos) return message;
  return message.substr(last_layer + 2);
}

OperatorClient::Answer ToAnswer(Call& call) {
  if (call.status.ok()) return std::move(call.response);
  return absl::Status(static_cast<absl::StatusCode>(call.status.error_code()), Reason(call.status));
}

}  // namespace

struct OperatorClient::Server {
  std::unique_ptr<v1::Operator::Stub> stub;
};

OperatorClient::OperatorClient(const std::vector<Endpoint>& endpoints) {
  for (const Endpoint& endpoint : endpoints) {
    const auto channel = grpc::CreateCustomChannel("dns:///" + endpoint.ToString(),
                                                   grpc::InsecureChannelCredentials(), Arguments());
    servers_.push_back({v1::Operator::NewStub(channel)});
  }
}

OperatorClient::~OperatorClient() = default;

std::vector<OperatorClient::Answer> OperatorClient::GetStatus(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::system_clock::now() + timeout;
  grpc::CompletionQueue queue;
  std::vector<Call> calls(servers_.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    Call& call = calls[i];
    call.context.set_deadline(deadline);
    call.reader = servers_[i].stub->AsyncGetStatus(&call.context, {}, &queue);
    call.reader->Finish(&call.response, &call.status, &call);
  }
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
  std::vector<Answer> answers;
  answers.reserve(calls.size());
  for (Call& call : calls) answers.push_back(ToAnswer(call));
  return answers;
}

}  // namespace herd::client
