#include "client/fleet/walk.h"

#include <cmath>
#include <utility>

namespace herd::client {

Walk::Walk(std::uint64_t seed, double radius_m) : radius_m_(radius_m), dice_(seed) {
  FindStart();
  TurnAtCrossing();
  done_m_ = dice_.Between(0, kBlock_m);
}

void Walk::FindStart() {
  const double blocks = std::floor(radius_m_ / kBlock_m);
  do {
    street_east_ = static_cast<int>(std::lround(dice_.Between(-blocks, blocks)));
    street_north_ = static_cast<int>(std::lround(dice_.Between(-blocks, blocks)));
  } while (!IsInside(street_east_, street_north_));
}

void Walk::Advance(double seconds) {
  while (true) {
    const double to_crossing_s = (kBlock_m - done_m_) / speed_mps_;
    if (seconds < to_crossing_s) break;
    seconds -= to_crossing_s;
    street_east_ += towards_.east;
    street_north_ += towards_.north;
    done_m_ = 0;
    TurnAtCrossing();
  }
  done_m_ += seconds * speed_mps_;
}

void Walk::TurnAtCrossing() {
  speed_mps_ = dice_.Between(kSlowest_mps, kFastest_mps);
  Direction left = {.east = -towards_.north, .north = towards_.east};
  Direction right = {.east = towards_.north, .north = -towards_.east};
  const std::uint64_t dice = dice_.Next() % 4;
  if (dice < 2 && MayGo(towards_)) return;  // Half of them.
  if (dice == 3) std::swap(left, right);
  for (const Direction direction : {left, right, towards_}) {
    if (!MayGo(direction)) continue;
    towards_ = direction;
    return;
  }
  // Nowhere but back.
  towards_ = {.east = -towards_.east, .north = -towards_.north};
}

bool Walk::MayGo(Direction direction) const {
  return IsInside(street_east_ + direction.east, street_north_ + direction.north);
}

bool Walk::IsInside(int street_east, int street_north) const {
  return std::hypot(street_east, street_north) * kBlock_m <= radius_m_;
}

}  // namespace herd::client
