// Operators who watch a herd whatever becomes of it: at each server one who reads all that the
// server tells of everybody, and one who never reads.
//
// Threads of their own read. The public functions belong to the thread that made it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/operator.grpc.pb.h"
#include "tests/herd/harness/test_herd.h"

namespace herd::test {

class ServerWatcher {
 public:
  // Of each client the position of its newest report.
  using Positions = std::map<std::string, std::string>;

  // The herd outlives the watcher.
  ServerWatcher(const TestHerd* herd, const std::string& server);
  ~ServerWatcher();
  ServerWatcher(const ServerWatcher&) = delete;
  ServerWatcher& operator=(const ServerWatcher&) = delete;

  const std::string& server() const { return server_; }
  // As told since the watch was last opened.
  Positions known() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Events so far, and those of them that went back in a client's time.
  std::uint64_t events() const { return events_; }
  std::uint64_t backwards() const { return backwards_; }

 private:
  struct Known {
    std::int64_t time_ns = 0;
    std::string position;
  };

  void Run();
  // Until the server ends the watch.
  void Watch() ABSL_LOCKS_EXCLUDED(mutex_);
  void Note(const v1::ClientEvent& event) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // One at a time, see ~ServerWatcher.
  std::shared_ptr<grpc::ClientContext> NewContext() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string server_;
  const std::unique_ptr<v1::Operator::Stub> stub_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> events_ = 0;
  std::atomic<std::uint64_t> backwards_ = 0;

  mutable absl::Mutex mutex_;
  std::shared_ptr<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Known> known_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

class Watchers {
 public:
  explicit Watchers(const TestHerd* herd);

  // Nobody reports, and `answers` is what the servers say, see Soak: every watcher comes to know
  // what its server knows. Fails the test if one does not.
  void Check(const std::vector<std::string>& servers,
             const std::vector<std::vector<std::string>>& answers) const;

  std::uint64_t events() const;
  std::uint64_t backwards() const;

 private:
  std::vector<std::unique_ptr<ServerWatcher>> watchers_;
};

}  // namespace herd::test
