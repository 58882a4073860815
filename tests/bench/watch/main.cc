// herd-bench-watch: watchers of a herd-server's WatchClients, of whom some do not read.
//
// One thread, and a connection for each watcher. Says "watching" when all streams are open; goes on
// until its standard input ends. Then those that have not read begin to, until they know what the
// others knew by then. Prints one line of JSON: what each group was told.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "grpcpp/grpcpp.h"
#include "herd/v1/operator.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace herd::bench {
namespace {

constexpr int kPollMs = 2;
constexpr auto kPatience = std::chrono::seconds(30);

// One stream. Its address is the tag of the one operation that is under way on it.
class Watcher {
 public:
  Watcher(const std::string& target, int number, bool reads, grpc::CompletionQueue* queue)
      : reads_(reads) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("herd.bench.watcher", number);  // so that no two share a connection
    const auto channel =
        grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
    reader_ = v1::Operator::NewStub(channel)->PrepareAsyncWatchClients(
        &context_, v1::WatchClientsRequest(), queue);
    reader_->StartCall(this);
  }

  // The operation that was under way is over.
  void Advance(bool ok) {
    if (!ok) failed_ = true;
    if (failed_) return;
    if (reading_) Count();
    reading_ = false;
    open_ = true;
    if (reads_) Read();
  }

  void BeginToRead() {
    reads_ = true;
    if (open_ && !reading_ && !failed_) Read();
  }

  bool reads() const { return reads_; }
  bool open() const { return open_; }
  bool failed() const { return failed_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t skipped() const { return skipped_; }

  // Whether it has been told of everything that the other had been told of.
  bool KnowsAllOf(const std::map<std::string, std::uint64_t>& told) const {
    return std::all_of(told.begin(), told.end(), [this](const auto& entry) {
      const auto own = told_.find(entry.first);
      return own != told_.end() && own->second >= entry.second;
    });
  }
  const std::map<std::string, std::uint64_t>& told() const { return told_; }

 private:
  void Read() {
    reading_ = true;
    reader_->Read(&message_, this);
  }

  void Count() {
    events_ += static_cast<std::uint64_t>(message_.events_size());
    skipped_ = message_.skipped_total();
    for (const v1::OriginProgress& progress : message_.vector()) {
      told_[progress.origin().server() + "@" + std::to_string(progress.origin().start_ns())] =
          progress.through();
    }
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::WatchClientsResponse>> reader_;
  v1::WatchClientsResponse message_;
  bool reads_;
  bool open_ = false;
  bool reading_ = false;
  bool failed_ = false;
  std::uint64_t events_ = 0;
  std::uint64_t skipped_ = 0;
  std::map<std::string, std::uint64_t> told_;
};

class Watchers {
 public:
  Watchers(const std::string& target, int reading, int stalled) {
    for (int i = 0; i < reading + stalled; ++i) {
      watchers_.push_back(std::make_unique<Watcher>(target, i, i < reading, &queue_));
    }
    stalled_from_ = static_cast<std::size_t>(reading);
  }

  // Works on what comes until `done`. False: a stream has failed, or that takes too long.
  template <typename Done>
  bool RunUntil(Done done, std::chrono::steady_clock::duration patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      void* tag;
      bool ok;
      const auto next = queue_.AsyncNext(
          &tag, &ok, std::chrono::system_clock::now() + std::chrono::milliseconds(kPollMs));
      if (next != grpc::CompletionQueue::GOT_EVENT) continue;
      static_cast<Watcher*>(tag)->Advance(ok);
      if (static_cast<Watcher*>(tag)->failed()) return false;
    }
    return true;
  }

  bool AreOpen() const {
    return std::all_of(watchers_.begin(), watchers_.end(),
                       [](const auto& watcher) { return watcher->open(); });
  }

  nlohmann::json Describe(bool stalled) const {
    std::vector<std::uint64_t> events;
    std::uint64_t skipped = 0;
    for (std::size_t i = 0; i < watchers_.size(); ++i) {
      if ((i >= stalled_from_) != stalled) continue;
      events.push_back(watchers_[i]->events());
      skipped += watchers_[i]->skipped();
    }
    if (events.empty()) return {{"watchers", 0}};
    const auto [least, most] = std::minmax_element(events.begin(), events.end());
    return {{"watchers", events.size()},
            {"least_events", *least},
            {"most_events", *most},
            {"skipped", skipped}};
  }

  // False: they cannot.
  bool LetTheStalledCatchUp() {
    if (stalled_from_ == 0 || stalled_from_ == watchers_.size()) return true;
    const auto goal = watchers_.front()->told();
    for (std::size_t i = stalled_from_; i < watchers_.size(); ++i) watchers_[i]->BeginToRead();
    return RunUntil(
        [&] {
          return std::all_of(watchers_.begin() + static_cast<std::ptrdiff_t>(stalled_from_),
                             watchers_.end(),
                             [&](const auto& watcher) { return watcher->KnowsAllOf(goal); });
        },
        kPatience);
  }

 private:
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::size_t stalled_from_ = 0;
};

bool HasInputEnded() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char rest[64];
  return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, rest, sizeof(rest)) <= 0;
}

// Streams that go on for ever are ended by the end of the process.
[[noreturn]] void Exit(int status) { std::_Exit(status); }

[[noreturn]] void Fail(const char* what) {
  std::cerr << "herd-bench-watch: " << what << std::endl;
  Exit(1);
}

int Main(int argc, char** argv) {
  CLI::App app("Watches all clients of a herd-server until standard input ends.");
  std::string target;
  int watchers = 10;
  int stalled = 0;
  app.add_option("--target", target, "operator port, HOST:PORT")->required();
  app.add_option("--watchers", watchers, "that read")->check(CLI::PositiveNumber);
  app.add_option("--stalled", stalled, "that do not")->check(CLI::NonNegativeNumber);
  CLI11_PARSE(app, argc, argv);

  Watchers all(target, watchers, stalled);
  if (!all.RunUntil([&] { return all.AreOpen(); }, kPatience)) Fail("cannot watch");
  std::cout << "watching" << std::endl;
  if (!all.RunUntil(HasInputEnded, std::chrono::hours(1))) Fail("a stream ended");
  nlohmann::json reading = all.Describe(false);
  if (!all.LetTheStalledCatchUp()) Fail("those that did not read cannot catch up");
  std::cout << nlohmann::json{{"reading", reading}, {"stalled", all.Describe(true)}} << std::endl;
  Exit(0);
}

}  // namespace
}  // namespace herd::bench

int main(int argc, char** argv) { return herd::bench::Main(argc, argv); }
