#include "server/peer/lag_clock.h"

#include <algorithm>

namespace herd::peer {

std::uint64_t CountLacking(const VersionVector& has, const VersionVector& there) {
  std::uint64_t lacking = 0;
  for (std::size_t origin = 0; origin < there.size(); ++origin) {
    const Sequence had = origin < has.size() ? has[origin] : 0;
    lacking += there[origin] - std::min(had, there[origin]);
  }
  return lacking;
}

void LagClock::Look(const VersionVector& has, const VersionVector& there, Nanos now) {
  if (CountLacking(has, there) == 0) {
    behind_ = false;
    has_caught_up_ = true;
    reached_ = now;
    return;
  }
  if (behind_ && CountLacking(has, target_) > 0) return;
  if (behind_) {
    has_caught_up_ = true;
    reached_ = target_at_;
  }
  if (!reached_) reached_ = now;
  behind_ = true;
  target_ = there;
  target_at_ = now;
}

}  // namespace herd::peer
