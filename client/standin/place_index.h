// Finds the places within a distance of a position, on the globe as a sphere.
//
// Each place is a point of the unit sphere and distances are compared as the straight line through
// it, so the date line and the poles are places like any other. The points are sorted by latitude:
// a look-up walks only the band of latitudes that the distance reaches (some 4,000 of 171,000
// places for 50 km in Europe).
//
// Constant after construction: any thread may look up.
#pragma once

#include <cstdint>
#include <vector>

#include "client/standin/place_file.h"

namespace herd::standin {

inline constexpr double kEarthRadiusM = 6'371'008.8;  // mean radius

struct Neighbor {
  uint32_t place;  // index into PlaceFile::places
  double distance_m;
};

class PlaceIndex {
 public:
  explicit PlaceIndex(const std::vector<Place>& places);

  // The places at most `radius_m` away, ends included, nearest first; those equally far in the
  // order of the file. Degrees, latitude within 90, longitude within 180.
  std::vector<Neighbor> Within(double radius_m, double latitude, double longitude) const;

 private:
  struct Point {
    double latitude;  // degrees
    double x, y, z;
    uint32_t place;
  };

  static Point PointAt(double latitude, double longitude, uint32_t place);

  std::vector<Point> by_latitude_;
};

}  // namespace herd::standin
