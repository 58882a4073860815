#include "server/operator/area.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/state/fix.h"

namespace herd {
namespace {

constexpr double kEarthRadiusKm = 6371.0088;
constexpr double kKmPerDegree = kEarthRadiusKm * std::numbers::pi / 180;

double Radians(double degrees) { return degrees * std::numbers::pi / 180; }

// See Update.text_shape in propagate.proto.
double Coordinate(std::uint32_t magnitude, std::uint32_t shape, unsigned field, unsigned sign_bit) {
  static constexpr std::array<double, 16> kPowers = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const double value = magnitude / kPowers[shape >> (field + 4) & 0xF];
  return (shape >> sign_bit & 1) != 0 ? -value : value;
}

double Number(std::string_view text) {
  double number = 0;
  // A position that was accepted is made of numbers.
  static_cast<void>(absl::SimpleAtod(absl::string_view(text.data(), text.size()), &number));
  return number;
}

// On the way from west to east.
bool IsBetween(double west, double east, double longitude) {
  return west <= east ? longitude >= west && longitude <= east
                      : longitude >= west || longitude <= east;
}

absl::Status CheckRange(const char* name, double value, double most) {
  if (value >= -most && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is ", value, ", not within ", -most, " to ", most, " degrees"));
}

}  // namespace

Degrees ToDegrees(const Update& update) {
  const Fix& fix = update.fix;
  if (fix.shape != 0) {
    return {.latitude = Coordinate(fix.latitude, fix.shape, 0, 24),
            .longitude = Coordinate(fix.longitude, fix.shape, 8, 25)};
  }
  const std::string_view text = update.text.position;
  const std::size_t longitude = LongitudeOffset(text);
  return {.latitude = Number(text.substr(0, longitude)),
          .longitude = Number(text.substr(longitude))};
}

// The haversine formula.
double DistanceKm(const Degrees& one, const Degrees& other) {
  const double north = std::sin(Radians(other.latitude - one.latitude) / 2);
  const double east = std::sin(Radians(other.longitude - one.longitude) / 2);
  const double h = north * north + std::cos(Radians(one.latitude)) *
                                       std::cos(Radians(other.latitude)) * east * east;
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(h)));
}

absl::StatusOr<Area> Area::From(const v1::Area& area) {
  if (area.has_circle()) return From(area.circle());
  if (area.has_box()) return From(area.box());
  return absl::InvalidArgumentError("the area is neither a circle nor a box");
}

absl::StatusOr<Area> Area::From(const v1::Circle& circle) {
  for (const absl::Status& checked : {CheckRange("latitude", circle.latitude(), 90),
                                      CheckRange("longitude", circle.longitude(), 180)}) {
    if (!checked.ok()) return checked;
  }
  if (!(circle.radius_km() >= 0)) {
    return absl::InvalidArgumentError(
        absl::StrCat("radius_km is ", circle.radius_km(), ", not 0 or more"));
  }
  return Area(Circle{{circle.latitude(), circle.longitude()}, circle.radius_km()});
}

absl::StatusOr<Area> Area::From(const v1::Box& box) {
  for (const absl::Status& checked :
       {CheckRange("south", box.south(), 90), CheckRange("north", box.north(), 90),
        CheckRange("west", box.west(), 180), CheckRange("east", box.east(), 180)}) {
    if (!checked.ok()) return checked;
  }
  if (box.south() > box.north()) {
    return absl::InvalidArgumentError(
        absl::StrCat("south, ", box.south(), ", is north of north, ", box.north()));
  }
  return Area(Box{{box.south(), box.west()}, {box.north(), box.east()}});
}

bool Area::Contains(const Degrees& place) const {
  return std::visit([&](const auto& shape) { return Contains(shape, place); }, shape_);
}

bool Area::Contains(const Circle& circle, const Degrees& place) {
  // Most are too far north or south, which is seen at once.
  const double north_km = std::abs(place.latitude - circle.middle.latitude) * kKmPerDegree;
  // A little more, since rounding must not decide here.
  if (north_km > circle.radius_km + 1e-6) return false;
  return DistanceKm(circle.middle, place) <= circle.radius_km;
}

bool Area::Contains(const Box& box, const Degrees& place) {
  if (place.latitude < box.southwest.latitude || place.latitude > box.northeast.latitude) {
    return false;
  }
  const double west = box.southwest.longitude;
  const double east = box.northeast.longitude;
  // A pole lies on all meridians, and -180 is the same one as 180.
  return std::abs(place.latitude) == 90 || IsBetween(west, east, place.longitude) ||
         (std::abs(place.longitude) == 180 && IsBetween(west, east, -place.longitude));
}

}  // namespace herd
