#include "client/standin/place_index.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

namespace herd::standin {
namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180;
constexpr double kDegreesPerE5 = 1e-5;
// Wider than any rounding, narrower than what matters: a tenth of a millimetre.
constexpr double kSlackM = 1e-4;

double Square(double value) { return value * value; }

// The square of the straight line through the unit sphere that spans `distance_m` on the ground.
double SquaredChord(double distance_m) {
  const double angle = std::min(distance_m / kEarthRadiusM, std::numbers::pi);
  return Square(2 * std::sin(angle / 2));
}

double DistanceM(double squared_chord) {
  return 2 * kEarthRadiusM * std::asin(std::min(std::sqrt(squared_chord) / 2, 1.0));
}

}  // namespace

PlaceIndex::Point PlaceIndex::PointAt(double latitude, double longitude, uint32_t place) {
  const double phi = latitude * kRadiansPerDegree;
  const double lambda = longitude * kRadiansPerDegree;
  const double to_axis = std::cos(phi);
  return {latitude, to_axis * std::cos(lambda), to_axis * std::sin(lambda), std::sin(phi), place};
}

PlaceIndex::PlaceIndex(const std::vector<Place>& places) {
  by_latitude_.reserve(places.size());
  for (uint32_t i = 0; i < places.size(); ++i) {
    by_latitude_.push_back(
        PointAt(places[i].latitude_e5 * kDegreesPerE5, places[i].longitude_e5 * kDegreesPerE5, i));
  }
  std::ranges::sort(by_latitude_, {}, &Point::latitude);
}

std::vector<Neighbor> PlaceIndex::Within(double radius_m, double latitude, double longitude) const {
  const double reach_m = radius_m + kSlackM;
  const double reach_degrees = reach_m / kEarthRadiusM / kRadiansPerDegree;
  const double limit = SquaredChord(reach_m);
  const Point here = PointAt(latitude, longitude, 0);
  const auto begin =
      std::ranges::lower_bound(by_latitude_, latitude - reach_degrees, {}, &Point::latitude);
  std::vector<Neighbor> found;
  for (auto there = begin; there != by_latitude_.end(); ++there) {
    if (there->latitude > latitude + reach_degrees) break;
    const double squared_chord =
        Square(there->x - here.x) + Square(there->y - here.y) + Square(there->z - here.z);
    if (squared_chord <= limit) found.push_back({there->place, DistanceM(squared_chord)});
  }
  std::ranges::sort(found, {}, [](const Neighbor& n) { return std::tie(n.distance_m, n.place); });
  return found;
}

}  // namespace herd::standin
