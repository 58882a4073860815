#include "server/node/forgetter.h"

#include <pthread.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/log/log.h"
#include "server/state/clock.h"
#include "server/state/expiry.h"

namespace herd {

Forgetter::Forgetter(Store* store, Nanos after, std::function<void()> on_forgotten)
    : store_(store),
      after_(after),
      on_forgotten_(std::move(on_forgotten)),
      thread_([this] { Run(); }) {}

Forgetter::~Forgetter() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void Forgetter::Run() {
  pthread_setname_np(pthread_self(), "herd-forgetter");
  const Nanos step = ForgettingStep(after_);
  std::optional<Nanos> last;
  Nanos until_next = 0;
  do {
    const Nanos before = ForgottenBefore(RealtimeNow(), after_);
    if (std::exchange(last, before) != before) Forget(before);
    until_next = step - RealtimeNow() % step;
  } while (!IsToStopWithin(std::min(until_next, kLongestSleep)));
}

void Forgetter::Forget(Nanos before) {
  const std::size_t forgotten = store_->Forget(before);
  if (forgotten == 0) return;
  log::Info(absl::StrCat("forgot ", forgotten, " clients that have been silent for ",
                         after_ / kNanosPerSecond, " s; ", store_->clients(), " are known"));
  on_forgotten_();
}

bool Forgetter::IsToStopWithin(Nanos time) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&stopping_), absl::Nanoseconds(time));
}

}  // namespace herd
