// Places on the earth, as the text protocol writes them. Plain values.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace herd::client {

// Degrees.
struct Place {
  double latitude = 0;   // -90 to 90
  double longitude = 0;  // -180 to 180
};

// "+34.068930-118.445127": both signed, with six decimals.
std::string ToString(const Place& place);

// Errors: InvalidArgument, the message names the text.
absl::StatusOr<Place> ParsePlace(std::string_view text);

// So many metres away; near enough for a city. Not for the poles.
Place Beside(const Place& place, double east_m, double north_m);

}  // namespace herd::client
