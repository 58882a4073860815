// Replies that are about to leave: how many, what they waited for, and since when.
//
// A thread's sessions tell what they say; whoever sends it takes the time. Belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "server/state/nanos.h"

namespace herd {

// What a reply had to wait for, itself or behind another one of its connection.
enum class WaitedFor : std::uint8_t { kNothing, kNeighbors, kPlaces };
inline constexpr std::size_t kWaitedForKinds = 3;

class Departures {
 public:
  // Replies to what was read at the same time.
  struct Batch {
    WaitedFor waited_for;
    Nanos since;  // monotonic
    std::uint64_t replies;
  };

  void Add(const Batch& batch) {
    if (batch.replies == 0) return;
    // What a round reads and answers at once is one batch, of however many connections.
    if (!batches_.empty() && batches_.back().waited_for == batch.waited_for &&
        batches_.back().since == batch.since) {
      batches_.back().replies += batch.replies;
    } else {
      batches_.push_back(batch);
    }
  }

  const std::vector<Batch>& batches() const { return batches_; }
  void Clear() { batches_.clear(); }

 private:
  std::vector<Batch> batches_;
};

}  // namespace herd
