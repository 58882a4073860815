// Looks whether the threads that serve still turn, and says when that changes.
//
// On a thread of its own, which takes no lock that they hold while they work: it would else be
// stuck with them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/node/pulse.h"
#include "server/state/nanos.h"

namespace herd {

class Watchdog {
 public:
  struct Watched {
    // For the log and whoever asks.
    std::string name;
    // How many turns the thread has made. Called on the watchdog's thread, as wake is.
    std::function<std::uint64_t()> turns;
    // Lets it turn once, soon, though there is nothing to do. May do nothing where it does so by
    // itself within a second.
    std::function<void()> wake = [] {};
  };

  struct Options {
    std::vector<Watched> threads;
    // A thread that has not turned for so long is stuck.
    Nanos patience = 10 * kNanosPerSecond;
    // The names of those that are stuck; at each change, of which the first is to none, on the
    // watchdog's thread.
    std::function<void(const std::vector<std::string>& stuck)> on_change;
  };

  explicit Watchdog(Options options);
  // Stops, if Stop has not been called.
  ~Watchdog();

  // on_change is not called any more.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run();
  bool IsToStopWithin(Nanos time) ABSL_LOCKS_EXCLUDED(mutex_);
  void Look();
  std::vector<std::string> Names(const std::vector<std::size_t>& threads) const;

  const Options options_;
  const Nanos interval_;
  Pulse pulse_;                     // the thread's
  std::vector<std::size_t> stuck_;  // as of the last look
  bool told_ = false;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace herd
