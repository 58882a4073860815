// A part of the earth, as operators ask for it, and where a client is in degrees.
//
// Plain values; knows neither gRPC nor the store.
#pragma once

#include <variant>

#include "absl/status/statusor.h"
#include "herd/v1/operator.pb.h"
#include "server/state/origin.h"

namespace herd {

// North and east are positive.
struct Degrees {
  double latitude = 0;
  double longitude = 0;
};

Degrees ToDegrees(const Update& update);

// Over the ground, on a ball of the earth's mean radius.
double DistanceKm(const Degrees& one, const Degrees& other);

class Area {
 public:
  // Errors: INVALID_ARGUMENT, saying which field is out of range.
  static absl::StatusOr<Area> From(const v1::Area& area);

  bool Contains(const Degrees& place) const;

 private:
  struct Circle {
    Degrees middle;
    double radius_km;
  };
  struct Box {
    Degrees southwest;
    Degrees northeast;
  };

  explicit Area(std::variant<Circle, Box> shape) : shape_(shape) {}
  static absl::StatusOr<Area> From(const v1::Circle& circle);
  static absl::StatusOr<Area> From(const v1::Box& box);
  static bool Contains(const Circle& circle, const Degrees& place);
  static bool Contains(const Box& box, const Degrees& place);

  std::variant<Circle, Box> shape_;
};

}  // namespace herd
