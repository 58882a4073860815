#include "server/node/watchdog.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/log/log.h"
#include "server/state/clock.h"

namespace herd {
namespace {

// How many looks a thread that is stuck has to be found so in.
constexpr int kLooks = 4;
constexpr Nanos kLongestInterval = kNanosPerSecond;

bool Has(const std::vector<std::size_t>& stuck, std::size_t thread) {
  return std::find(stuck.begin(), stuck.end(), thread) != stuck.end();
}

}  // namespace

Watchdog::Watchdog(Options options)
    : options_(std::move(options)),
      interval_(std::min(options_.patience / kLooks, kLongestInterval)),
      pulse_(interval_, options_.patience),
      thread_([this] { Run(); }) {}

Watchdog::~Watchdog() { Stop(); }

void Watchdog::Stop() {
  if (!thread_.joinable()) return;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void Watchdog::Run() {
  pthread_setname_np(pthread_self(), "herd-watchdog");
  do {
    Look();
  } while (!IsToStopWithin(interval_));
}

bool Watchdog::IsToStopWithin(Nanos time) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&stopping_), absl::Nanoseconds(time));
}

std::vector<std::string> Watchdog::Names(const std::vector<std::size_t>& threads) const {
  std::vector<std::string> names;
  for (const std::size_t thread : threads) names.push_back(options_.threads[thread].name);
  return names;
}

void Watchdog::Look() {
  std::vector<std::uint64_t> turns;
  for (const Watched& thread : options_.threads) turns.push_back(thread.turns());
  const std::vector<std::size_t> stuck = pulse_.Look(turns, MonotonicNow());
  for (std::size_t i = 0; i < options_.threads.size(); ++i) {
    const Watched& thread = options_.threads[i];
    thread.wake();
    const bool is_stuck = Has(stuck, i);
    if (is_stuck == Has(stuck_, i)) continue;
    log::Error(is_stuck
                   ? absl::StrCat("the thread ", thread.name, " is stuck: it has not turned for ",
                                  options_.patience / kNanosPerSecond, " s")
                   : absl::StrCat("the thread ", thread.name, " turns again"));
  }
  const bool changed = !told_ || stuck != stuck_;
  stuck_ = stuck;
  told_ = true;
  if (changed) options_.on_change(Names(stuck));
}

}  // namespace herd
