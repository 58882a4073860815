// What an operator's tool does with one server of a herd: calls that must succeed, and a watch.
//
// Belongs to the main thread of the test. Waits for kPatienceMs at most, then the test fails.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>

#include "herd/v1/operator.grpc.pb.h"
#include "tests/herd/harness/test_herd.h"

namespace herd::test {

std::unique_ptr<v1::Operator::Stub> OperatorOf(const TestHerd& herd, const std::string& server);
std::shared_ptr<grpc::Channel> OperatorChannel(const TestHerd& herd, const std::string& server);
// A connection of its own to that port of the server, for somebody with that identity.
std::shared_ptr<grpc::Channel> ChannelTo(const config::ServerConfig& server, std::uint16_t port,
                                         const tls::Identity* identity);

// A stream of WatchClients.
class Watcher {
 public:
  // Returns when the watch has begun, or has ended.
  Watcher(const TestHerd& herd, const std::string& server, const v1::WatchClientsRequest& request);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // The next event; nullopt when the stream has ended.
  std::optional<v1::ClientEvent> Next();
  // Reads until that many updates in all have been told of or skipped. How many were skipped.
  std::uint64_t ReadThrough(std::uint64_t updates);

  // Ends the stream.
  grpc::Status End();

 private:
  bool Read();

  std::unique_ptr<v1::Operator::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchClientsResponse>> reader_;
  v1::WatchClientsResponse message_;
  int next_event_ = 0;
  std::uint64_t told_ = 0;
  bool ended_ = false;
};

}  // namespace herd::test
