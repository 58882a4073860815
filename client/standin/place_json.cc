#include "client/standin/place_json.h"

#include <algorithm>
#include <string_view>

#include "client/standin/made_up.h"
#include "client/standin/plus_code.h"

namespace herd::standin {
namespace {

using nlohmann::json;

constexpr char kIcon[] =
    "https://maps.gstatic.com/mapfiles/place_api/icons/v1/png_71/geocode-71.png";
constexpr char kIconMask[] = "https://maps.gstatic.com/mapfiles/place_api/icons/v2/generic_pinlet";
constexpr char kIconColor[] = "#7B9EB0";

constexpr double kE5 = 100'000;
constexpr int32_t kQuarterTurnE5 = 90 * 100'000;
constexpr int32_t kHalfTurnE5 = 180 * 100'000;
// Nobody told us how far a place extends: some two kilometres to each side.
constexpr int32_t kHalfOutlineE5 = 2'000;

json Corner(int32_t latitude_e5, int32_t longitude_e5) {
  const int32_t latitude = std::clamp(latitude_e5, -kQuarterTurnE5, kQuarterTurnE5);
  int32_t longitude = longitude_e5;
  if (longitude > kHalfTurnE5) longitude -= 2 * kHalfTurnE5;
  if (longitude < -kHalfTurnE5) longitude += 2 * kHalfTurnE5;
  return {{"lat", latitude / kE5}, {"lng", longitude / kE5}};
}

json Geometry(const Place& place) {
  const auto corner = [&](int32_t by) {
    return Corner(place.latitude_e5 + by, place.longitude_e5 + by);
  };
  return {{"location", corner(0)},
          {"viewport",
           {{"northeast", corner(kHalfOutlineE5)}, {"southwest", corner(-kHalfOutlineE5)}}}};
}

json PlusCodes(const Place& place, const std::string& vicinity) {
  const std::string code = PlusCode(place.latitude_e5, place.longitude_e5);
  return {{"compound_code", code.substr(4) + " " + std::string(place.name) + ", " + vicinity},
          {"global_code", code}};
}

}  // namespace

std::string Vicinity(const Division& division) {
  std::string text;
  for (const std::string_view part : {division.second, division.first}) {
    if (part.empty() || text == std::string(part) + ", ") continue;
    text.append(part).append(", ");
  }
  return text.append(division.country);
}

json PlaceJson(const Place& place, const Division& division) {
  const std::string id = PlaceId(place, division);
  const std::string vicinity = Vicinity(division);
  return {{"business_status", "OPERATIONAL"},
          {"geometry", Geometry(place)},
          {"icon", kIcon},
          {"icon_background_color", kIconColor},
          {"icon_mask_base_uri", kIconMask},
          {"name", std::string(place.name)},
          {"place_id", id},
          {"plus_code", PlusCodes(place, vicinity)},
          {"rating", RatingTenths(place, division) / 10.0},
          {"reference", id},
          {"scope", "GOOGLE"},
          {"types", {"locality", "political"}},
          {"user_ratings_total", RatingsTotal(place, division)},
          {"vicinity", vicinity}};
}

}  // namespace herd::standin
