#include "client/standin/new_place_json.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/standin/place_json.h"

namespace herd::standin {
namespace {

using nlohmann::json;

json Position(const json& legacy) {
  return {{"latitude", legacy["lat"]}, {"longitude", legacy["lng"]}};
}

// Whether the mask names something within `path`.
bool Reaches(const std::set<std::string, std::less<>>& mask, const std::string& path) {
  const auto next = mask.lower_bound(path + ".");
  return next != mask.end() && next->starts_with(path + ".");
}

json MaskedAt(const json& value, const std::string& path,
              const std::set<std::string, std::less<>>& mask) {
  if (value.is_array()) {
    json list = json::array();
    for (const json& each : value) list.push_back(MaskedAt(each, path, mask));
    return list;
  }
  if (!value.is_object()) return value;
  json kept = json::object();
  for (const auto& [name, member] : value.items()) {
    const std::string inner = absl::StrCat(path, ".", name);
    if (mask.contains(inner)) {
      kept[name] = member;
    } else if (Reaches(mask, inner)) {
      kept[name] = MaskedAt(member, inner, mask);
    }
  }
  return kept;
}

}  // namespace

json NewPlaceJson(const Place& place, const Division& division) {
  const json legacy = PlaceJson(place, division);
  const json& geometry = legacy["geometry"];
  return {{"businessStatus", legacy["business_status"]},
          {"displayName", {{"languageCode", "en"}, {"text", legacy["name"]}}},
          {"formattedAddress", absl::StrCat(legacy["name"].get<std::string>(), ", ",
                                            legacy["vicinity"].get<std::string>())},
          {"iconBackgroundColor", legacy["icon_background_color"]},
          {"iconMaskBaseUri", legacy["icon_mask_base_uri"]},
          {"id", legacy["place_id"]},
          {"location", Position(geometry["location"])},
          {"name", absl::StrCat("places/", legacy["place_id"].get<std::string>())},
          {"plusCode",
           {{"compoundCode", legacy["plus_code"]["compound_code"]},
            {"globalCode", legacy["plus_code"]["global_code"]}}},
          {"primaryType", "locality"},
          {"rating", legacy["rating"]},
          {"shortFormattedAddress", legacy["vicinity"]},
          {"types", legacy["types"]},
          {"userRatingCount", legacy["user_ratings_total"]},
          {"viewport",
           {{"high", Position(geometry["viewport"]["northeast"])},
            {"low", Position(geometry["viewport"]["southwest"])}}}};
}

json Masked(const json& place, const std::set<std::string, std::less<>>& mask) {
  if (mask.contains("*") || mask.contains("places")) return place;
  return MaskedAt(place, "places", mask);
}

}  // namespace herd::standin
