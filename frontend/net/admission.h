// Who may come in at a front door: how many are inside, in all and of each address.
//
// Any thread: those of the door share one.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "frontend/net/limits.h"
#include "frontend/net/socket.h"

namespace herd::net {

class Admission {
 public:
  enum class Verdict { kAdmitted, kFull, kFullForAddress };

  // A place inside, which is free again when this is destroyed.
  class Seat {
   public:
    Seat(Admission* admission, const Address& holder) : admission_(admission), holder_(holder) {}
    Seat(Seat&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), holder_(other.holder_) {}
    Seat& operator=(Seat&&) = delete;
    ~Seat() {
      if (admission_ != nullptr) admission_->Leave(holder_);
    }

   private:
    Admission* admission_;
    const Address holder_;
  };

  // `limits` outlives the admission.
  explicit Admission(const Limits* limits) : limits_(limits) {}

  // Whoever is admitted is inside until Leave: a Seat sees to that.
  Verdict Enter(const Address& address) ABSL_LOCKS_EXCLUDED(mutex_);
  void Leave(const Address& address) ABSL_LOCKS_EXCLUDED(mutex_);

  std::size_t inside() const { return inside_.load(std::memory_order_relaxed); }

 private:
  const Limits* const limits_;
  std::atomic<std::size_t> inside_{0};
  absl::Mutex mutex_;
  absl::flat_hash_map<Address, std::size_t> of_holder_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace herd::net
