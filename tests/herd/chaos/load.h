// Clients that report without a pause, each time at a server chosen at random, whatever becomes of
// the servers.
//
// A thread of its own does it. The public functions belong to the thread that made it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client/net/endpoint.h"
#include "tests/herd/chaos/ledger.h"

namespace herd::test {

class Load {
 public:
  struct Door {
    std::string server;
    client::Endpoint endpoint;
  };
  struct Options {
    std::vector<Door> doors;
    int connections_per_server = 4;
    int reports_per_second = 2000;
    std::uint64_t seed = 0;
  };

  // Begins. The ledger is the load's until Stop returns.
  Load(Ledger* ledger, const Options& options);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Reports no more; returns when all that is under way is answered, or its connection is gone, or
  // kPatienceMs has passed.
  void Stop();

  // So far.
  std::uint64_t acknowledged() const { return acknowledged_; }
  // Replies that answer nothing which was asked.
  std::uint64_t nonsense() const { return nonsense_; }

 private:
  // One connection, with one report under way at most.
  struct Desk {
    const Door* door = nullptr;
    int socket = -1;
    std::chrono::steady_clock::time_point next_attempt;
    std::optional<Report> under_way;
    std::string reply;
  };

  void Run();
  bool Finished() const;
  void Connect();
  void ReportWhatIsDue();
  void Send(Desk* desk);
  void AwaitReplies();
  void Read(Desk* desk);
  void OnReply(Desk* desk);
  void Close(Desk* desk);

  Ledger* const ledger_;
  const Options options_;
  const std::chrono::steady_clock::time_point begin_;
  std::mt19937_64 random_;
  std::vector<Desk> desks_;
  std::uint64_t sent_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> acknowledged_ = 0;
  std::atomic<std::uint64_t> nonsense_ = 0;
  std::thread thread_;
};

}  // namespace herd::test
