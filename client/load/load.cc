#include "client/load/load.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "client/load/closed_loop.h"
#include "client/load/foreground.h"
#include "client/load/open_loop.h"
#include "client/load/worker.h"

namespace herd::client {
namespace {

class Load {
 public:
  Load(const LoadPlan& plan, std::vector<Door> doors);

  LoadOutcome Run();

 private:
  void Start();
  void Watch();
  void Stop();
  void ShowProgress();
  LoadOutcome Sum() const;

  const LoadPlan& plan_;
  LoadShared shared_;
  Foreground foreground_;
  StatusLine status_line_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::atomic<std::uint32_t> running_;
  bool interrupted_ = false;
  std::uint64_t shown_replies_ = 0;
  int shown_seconds_ = 0;
};

Load::Load(const LoadPlan& plan, std::vector<Door> doors)
    : plan_(plan), shared_(plan, std::move(doors)), running_(plan.threads) {
  for (std::uint32_t i = 0; i < plan.threads; ++i) {
    if (plan.rate.has_value()) {
      workers_.push_back(std::make_unique<OpenLoop>(shared_, i));
    } else {
      workers_.push_back(std::make_unique<ClosedLoop>(shared_, i));
    }
  }
}

LoadOutcome Load::Run() {
  Start();
  Watch();
  for (std::thread& thread : threads_) thread.join();
  return Sum();
}

void Load::Start() {
  for (const std::unique_ptr<Worker>& worker : workers_) {
    threads_.emplace_back([this, &worker] {
      worker->Run();
      if (--running_ == 0) foreground_.Finish();
    });
  }
}

void Load::Watch() {
  while (true) {
    switch (foreground_.Next()) {
      case Foreground::Event::kFinished:
        return;
      case Foreground::Event::kInterrupted:
        Stop();
        break;
      case Foreground::Event::kSecond:
        ShowProgress();
        break;
    }
  }
}

void Load::Stop() {
  interrupted_ = true;
  shared_.stop = true;
  for (const std::unique_ptr<Worker>& worker : workers_) worker->Wake();
}

void Load::ShowProgress() {
  std::uint64_t replies = 0;
  std::uint64_t errors = 0;
  for (const std::unique_ptr<Worker>& worker : workers_) {
    replies += worker->replies();
    errors += worker->errors();
  }
  const std::uint64_t news = replies - std::exchange(shown_replies_, replies);
  status_line_.Show(absl::StrFormat("%d s  %s/s  %s replies  %s errors", ++shown_seconds_,
                                    WithCommas(news), WithCommas(replies), WithCommas(errors)));
}

LoadOutcome Load::Sum() const {
  LoadOutcome outcome;
  outcome.interrupted = interrupted_;
  Nanos begin = workers_.front()->begin();
  for (const std::unique_ptr<Worker>& worker : workers_) {
    outcome.tally.Add(worker->tally());
    begin = std::min(begin, worker->begin());
  }
  outcome.seconds = static_cast<double>(outcome.tally.last_reply - begin) / 1e9;
  return outcome;
}

}  // namespace

absl::StatusOr<std::vector<Door>> FindDoors(const std::vector<LoadServer>& servers) {
  std::vector<Door> doors;
  for (const LoadServer& server : servers) {
    absl::StatusOr<std::vector<Address>> addresses = Resolve(server.endpoint);
    if (!addresses.ok()) return addresses.status();
    doors.push_back({.name = server.name, .addresses = *std::move(addresses)});
  }
  return doors;
}

void AllowAllDescriptors() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

absl::StatusOr<LoadOutcome> RunLoad(const LoadPlan& plan) {
  AllowAllDescriptors();
  absl::StatusOr<std::vector<Door>> doors = FindDoors(plan.servers);
  if (!doors.ok()) return doors.status();
  return std::make_unique<Load>(plan, *std::move(doors))->Run();
}

}  // namespace herd::client
