// How far one who follows is behind, in time: the version vector says it only in updates.
//
// Keeps one vector, whatever there is to follow. Decides only; knows no clock of its own. Not
// thread-safe.
#pragma once

#include <optional>

#include "server/state/nanos.h"
#include "server/state/store.h"

namespace herd::peer {

// How many updates of `there` are not in `has`.
std::uint64_t CountLacking(const VersionVector& has, const VersionVector& there);

class LagClock {
 public:
  // The follower has `has` of what is there now. The more often this is called, the finer the lag.
  void Look(const VersionVector& has, const VersionVector& there, Nanos now);
  // Nothing is known of the follower any more.
  void Reset() { *this = LagClock(); }

  // All that was there so long ago the follower has; 0: it has all.
  Nanos Lag(Nanos now) const { return behind_ ? now - *reached_ : 0; }
  // Since the first Look it has once had all that had been there at a moment.
  bool has_caught_up() const { return has_caught_up_; }

 private:
  bool behind_ = false;
  bool has_caught_up_ = false;
  // All that was there then is had, or it is the first Look's time.
  std::optional<Nanos> reached_;
  // What was there at `target_at_`; to be reached next.
  VersionVector target_;
  Nanos target_at_ = 0;
};

}  // namespace herd::peer
