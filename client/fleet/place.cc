#include "client/fleet/place.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace herd::client {
namespace {

constexpr double kMetresPerDegree = 111'320;  // of latitude

// A sign, digits, and optionally a point with digits; not beyond `most`.
bool ParseDegrees(std::string_view text, double most, double& degrees) {
  const auto is_of_a_number = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  const bool is_plain = text.size() > 1 && text[1] != '.' && text.back() != '.' &&
                        std::ranges::all_of(text.substr(1), is_of_a_number);
  return is_plain && absl::SimpleAtod({text.data(), text.size()}, &degrees) &&
         std::abs(degrees) <= most;
}

}  // namespace

std::string ToString(const Place& place) {
  return absl::StrFormat("%+010.6f%+011.6f", place.latitude, place.longitude);
}

absl::StatusOr<Place> ParsePlace(std::string_view text) {
  const std::size_t second = text.find_first_of("+-", 1);
  Place place;
  if (second == std::string_view::npos || text.find_first_of("+-") != 0 ||
      !ParseDegrees(text.substr(0, second), 90, place.latitude) ||
      !ParseDegrees(text.substr(second), 180, place.longitude)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", std::string(text), "\" is no place; one looks like +34.068930-118.445127"));
  }
  return place;
}

Place Beside(const Place& place, double east_m, double north_m) {
  const double narrowing = std::cos(place.latitude * std::numbers::pi / 180);
  const double latitude = place.latitude + north_m / kMetresPerDegree;
  const double longitude = place.longitude + east_m / (kMetresPerDegree * narrowing);
  // Beyond the date line the other hemisphere begins.
  return {.latitude = std::clamp(latitude, -90.0, 90.0),
          .longitude = std::remainder(longitude, 360.0)};
}

}  // namespace herd::client
