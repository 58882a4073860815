#include "client/net/operator_client.h"

#include <grpcpp/grpcpp.h>

#include <utility>

#include "herd/v1/operator.grpc.pb.h"

namespace herd::client {
namespace {

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
  // A channel made anew is to try at once, whatever the one before it met with.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
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
  explicit Server(const Endpoint& endpoint) : target("dns:///" + endpoint.ToString()) { Connect(); }

  void Connect() {
    stub = v1::Operator::NewStub(
        grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), Arguments()));
  }

  std::string target;
  std::unique_ptr<v1::Operator::Stub> stub;
};

OperatorClient::OperatorClient(const std::vector<Endpoint>& endpoints)
    : servers_(endpoints.begin(), endpoints.end()) {}

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
  for (size_t i = 0; i < calls.size(); ++i) {
    // gRPC waits for seconds before it tries an address again that has refused, and a herd that is
    // starting is asked more often than that.
    if (!calls[i].status.ok()) servers_[i].Connect();
    answers.push_back(ToAnswer(calls[i]));
  }
  return answers;
}

}  // namespace herd::client
