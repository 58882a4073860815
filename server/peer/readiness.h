// Whether clients may be sent to this server.
//
// A server that has just begun knows nobody yet: it is ready when it has caught up with a neighbour
// that is in sync, or has found itself alone for a while. Once ready it stays so while it is alone,
// and while its neighbours are slow, since a client is better answered from what is here than by
// nobody; but not while a neighbour is there who knows what this server has been lacking for long.
//
// Decides only; knows no clock of its own. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/state/nanos.h"

namespace herd::peer {

class Readiness {
 public:
  // Without any neighbour for this long after its start, a server is on its own.
  static constexpr Nanos kAlone = 5 * kNanosPerSecond;
  // What is missing no longer than this is on its way.
  static constexpr Nanos kBehind = 2 * kNanosPerSecond;

  // What is to be known of a neighbour.
  struct Neighbor {
    std::string name;
    // It has said how far it has everything.
    bool up = false;
    bool in_sync = false;
    // Since it is up, this server has had all that it had once said to have.
    bool has_caught_up = false;
    // Updates that it has and this server lacks, and for how long.
    std::uint64_t lacking = 0;
    Nanos lacking_for = 0;
  };

  // The first call counts as the start.
  void Look(const std::vector<Neighbor>& neighbors, Nanos now);

  bool ready() const { return ready_; }
  // In words, as of the last Look.
  const std::string& why() const { return why_; }

 private:
  void Decide(bool ready, std::string why);
  void LookAlone(Nanos now);

  std::optional<Nanos> started_;
  bool ready_ = false;
  std::string why_ = "has just begun";
};

}  // namespace herd::peer
