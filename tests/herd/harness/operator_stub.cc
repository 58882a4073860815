#include "tests/herd/harness/operator_stub.h"

#include <chrono>

#include "gtest/gtest.h"
#include "server/tls/credentials.h"
#include "tests/herd/harness/eventually.h"

namespace herd::test {

std::shared_ptr<grpc::Channel> ChannelTo(const config::ServerConfig& server, std::uint16_t port,
                                         const tls::Identity* identity) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const auto credentials = tls::ChannelCredentials(identity, server.name, &arguments);
  return grpc::CreateCustomChannel(server.host + ":" + std::to_string(port), credentials,
                                   arguments);
}

std::shared_ptr<grpc::Channel> OperatorChannel(const TestHerd& herd, const std::string& server) {
  const config::ServerConfig& config = *herd.config().Find(server);
  return ChannelTo(config, config.operator_port, herd.operator_identity());
}

std::unique_ptr<v1::Operator::Stub> OperatorOf(const TestHerd& herd, const std::string& server) {
  return v1::Operator::NewStub(OperatorChannel(herd, server));
}

Watcher::Watcher(const TestHerd& herd, const std::string& server,
                 const v1::WatchClientsRequest& request)
    : stub_(OperatorOf(herd, server)) {
  context_.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kPatienceMs));
  reader_ = stub_->WatchClients(&context_, request);
  Read();
}

Watcher::~Watcher() { End(); }

bool Watcher::Read() {
  if (ended_ || !reader_->Read(&message_)) {
    ended_ = true;
    return false;
  }
  next_event_ = 0;
  told_ += message_.skipped() + static_cast<std::uint64_t>(message_.events_size());
  return true;
}

std::optional<v1::ClientEvent> Watcher::Next() {
  while (next_event_ >= message_.events_size()) {
    if (!Read()) return std::nullopt;
  }
  return message_.events(next_event_++);
}

std::uint64_t Watcher::ReadThrough(std::uint64_t updates) {
  while (told_ < updates && Read()) {
  }
  EXPECT_EQ(told_, updates);
  return message_.skipped_total();
}

grpc::Status Watcher::End() {
  if (reader_ == nullptr) return grpc::Status::OK;
  if (!ended_) context_.TryCancel();
  const grpc::Status status = reader_->Finish();
  reader_.reset();
  return status;
}

}  // namespace herd::test
