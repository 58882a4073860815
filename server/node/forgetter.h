// Forgets clients that have been silent for long: tells the store, step by step, what time it is.
//
// On a thread of its own. See server/state/expiry.h for what makes all servers forget alike.
#pragma once

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/state/nanos.h"
#include "server/state/store.h"

namespace herd {

class Forgetter {
 public:
  // `after` is how long a client may be silent. `store` outlives the forgetter. `on_forgotten` is
  // called on its thread when clients have been forgotten.
  Forgetter(Store* store, Nanos after, std::function<void()> on_forgotten);
  // Waits for the thread.
  ~Forgetter();

 private:
  // The clock may be set while the thread sleeps: so it sleeps no longer than this.
  static constexpr Nanos kLongestSleep = 10 * kNanosPerSecond;

  void Run();
  void Forget(Nanos before);
  bool IsToStopWithin(Nanos time) ABSL_LOCKS_EXCLUDED(mutex_);

  Store* const store_;
  const Nanos after_;
  const std::function<void()> on_forgotten_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace herd
