#include "client/fleet/walk.h"

#include <cmath>
#include <set>
#include <utility>

#include "gtest/gtest.h"

namespace herd::client {
namespace {

constexpr int kHour = 3600;

// How far from the nearest street that runs the other way.
double OffStreet(double m) { return std::abs(std::remainder(m, Walk::kBlock_m)); }

TEST(Walk, KeepsToTheStreetsOfTheCity) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Walk walk(seed, 1000);
    for (int second = 0; second < kHour; ++second) {
      EXPECT_LE(std::hypot(walk.east_m(), walk.north_m()), 1000 + 1e-6);
      EXPECT_LT(std::min(OffStreet(walk.east_m()), OffStreet(walk.north_m())), 1e-6);
      walk.Advance(1);
    }
  }
}

TEST(Walk, IsAsFastAsACarInTown) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Walk walk(seed, 1000);
    int slow = 0;
    for (int second = 0; second < kHour; ++second) {
      const double east = walk.east_m();
      const double north = walk.north_m();
      walk.Advance(1);
      const double way = std::abs(walk.east_m() - east) + std::abs(walk.north_m() - north);
      EXPECT_LE(way, Walk::kFastest_mps + 1e-6);
      slow += way < Walk::kSlowest_mps - 1e-6 ? 1 : 0;
    }
    // Only where it turned back.
    EXPECT_LT(slow, kHour / 50);
  }
}

TEST(Walk, IsDecidedByItsSeed) {
  std::set<std::pair<double, double>> ends;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Walk one(seed, 5000);
    Walk other(seed, 5000);
    for (int i = 0; i < 100; ++i) one.Advance(6);
    other.Advance(600);
    EXPECT_NEAR(one.east_m(), other.east_m(), 1e-6);
    EXPECT_NEAR(one.north_m(), other.north_m(), 1e-6);
    ends.insert({one.east_m(), one.north_m()});
  }
  EXPECT_EQ(ends.size(), 50U);
}

TEST(Walk, SeesMuchOfTheCity) {
  Walk walk(1, 500);
  std::set<std::pair<long, long>> blocks;
  for (int second = 0; second < kHour; ++second) {
    walk.Advance(1);
    blocks.insert({std::lround(walk.east_m() / Walk::kBlock_m),
                   std::lround(walk.north_m() / Walk::kBlock_m)});
  }
  EXPECT_GT(blocks.size(), 40U);  // Of some 80.
}

TEST(Walk, FindsAWayInACityOfOneBlock) {
  Walk walk(1, Walk::kBlock_m);
  walk.Advance(kHour);
  EXPECT_LE(std::hypot(walk.east_m(), walk.north_m()), Walk::kBlock_m + 1e-6);
}

}  // namespace
}  // namespace herd::client
