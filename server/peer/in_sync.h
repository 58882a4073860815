// Which neighbours a client's reply waits for.
//
// A neighbour is in sync as long as it acknowledges this server's own updates within a bound. One
// that is down, or later than that, is out of sync, and nobody waits for it until it has caught up:
// what Kafka calls in-sync replicas.
//
// Decides only; knows neither gRPC nor a clock of its own. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "server/state/nanos.h"
#include "server/state/origin.h"

namespace herd::peer {

class InSync {
 public:
  // `bound`: how late an acknowledgement may be.
  InSync(std::size_t neighbors, Nanos bound) : bound_(bound), neighbors_(neighbors) {}

  // This server has made updates through there.
  void OnMade(Sequence through, Nanos now);
  // The neighbour is there and has them through there. Comes in as many times as it likes.
  void OnAcknowledged(std::size_t neighbor, Sequence through, Nanos now);
  // The neighbour is not there any more, or is leaving.
  void OnDown(std::size_t neighbor);

  // Finds out who is too late. Returns those who have fallen out of sync for that.
  std::vector<std::size_t> Expire(Nanos now);
  // When Expire is to be called again, though nothing happens; nullopt: nobody is waited for.
  std::optional<Nanos> Deadline() const;

  bool Contains(std::size_t neighbor) const { return neighbors_[neighbor].in_sync; }
  // Through where all that are in sync have this server's updates; kMaxSequence if none is.
  Sequence Acknowledged() const;

 private:
  // Marks closer than this are not kept apart.
  static constexpr Nanos kGrain = 5 * kNanosPerMillisecond;

  struct Neighbor {
    bool up = false;
    bool in_sync = false;
    Sequence acknowledged = 0;
  };
  // Updates through `made` were made at `at` or before, those after the mark before it at or after
  // that one's time.
  struct Mark {
    Sequence made;
    Nanos at;
  };

  // Since when, at the earliest, an update that this neighbour lacks has been there.
  std::optional<Nanos> LateSince(const Neighbor& neighbor) const;
  void DropOldMarks(Nanos now);

  const Nanos bound_;
  std::vector<Neighbor> neighbors_;
  Sequence made_ = 0;
  std::deque<Mark> marks_;
};

}  // namespace herd::peer
