// The way of one phone through a city whose streets form a grid: along a street to the next
// crossing, there straight on or round a corner, at the pace of a car in town.
//
// Decided by its seed alone. One thread.
#pragma once

#include <cstdint>

#include "client/fleet/dice.h"

namespace herd::client {

class Walk {
 public:
  static constexpr double kBlock_m = 100;
  static constexpr double kSlowest_mps = 5;
  static constexpr double kFastest_mps = 15;

  // Stays within `radius_m` of the city's center, at least a block.
  Walk(std::uint64_t seed, double radius_m);

  void Advance(double seconds);

  // From the center, metres.
  double east_m() const { return At(street_east_, towards_.east); }
  double north_m() const { return At(street_north_, towards_.north); }

 private:
  // One of the four: one of the two is 1 or -1.
  struct Direction {
    int east = 1;
    int north = 0;
  };

  double At(int crossing, int step) const { return crossing * kBlock_m + step * done_m_; }
  void FindStart();
  void TurnAtCrossing();
  bool MayGo(Direction direction) const;
  bool IsInside(int street_east, int street_north) const;

  double radius_m_;
  Dice dice_;
  // The crossing that was passed last, in blocks from the center.
  int street_east_ = 0;
  int street_north_ = 0;
  Direction towards_;
  double done_m_ = 0;  // from that crossing
  double speed_mps_ = 0;
};

}  // namespace herd::client
