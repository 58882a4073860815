#include "frontend/places/new_to_legacy.h"

#include <array>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "frontend/json/google_json.h"
#include "frontend/places/failure.h"
#include "frontend/places/results.h"
#include "nlohmann/json.hpp"

namespace herd::places {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kPriceLevels = {
    "PRICE_LEVEL_FREE", "PRICE_LEVEL_INEXPENSIVE", "PRICE_LEVEL_MODERATE", "PRICE_LEVEL_EXPENSIVE",
    "PRICE_LEVEL_VERY_EXPENSIVE"};

// The member of that name and type, or null.
using IsType = bool (json::*)() const noexcept;
const json* Find(const json& object, const char* name, IsType is_type) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found != object.end() && ((*found).*is_type)() ? &*found : nullptr;
}

constexpr IsType kString = &json::is_string;
constexpr IsType kNumber = &json::is_number;
constexpr IsType kBoolean = &json::is_boolean;
constexpr IsType kObject = &json::is_object;
constexpr IsType kArray = &json::is_array;

// A member of the same meaning and type under another name.
void Copy(const json& from, const char* name, IsType is_type, json& to, const char* legacy_name) {
  if (const json* const value = Find(from, name, is_type)) to[legacy_name] = *value;
}

// Google's encoder leaves out what is 0, and so what is missing is 0.
json ToPosition(const json& position) {
  json result = {{"lat", 0}, {"lng", 0}};
  Copy(position, "latitude", kNumber, result, "lat");
  Copy(position, "longitude", kNumber, result, "lng");
  return result;
}

void AddGeometry(const json& place, json& result) {
  json geometry = json::object();
  if (const json* const location = Find(place, "location", kObject)) {
    geometry["location"] = ToPosition(*location);
  }
  const json* const viewport = Find(place, "viewport", kObject);
  const json* const low = viewport ? Find(*viewport, "low", kObject) : nullptr;
  const json* const high = viewport ? Find(*viewport, "high", kObject) : nullptr;
  if (low && high) {
    geometry["viewport"] = {{"southwest", ToPosition(*low)}, {"northeast", ToPosition(*high)}};
  }
  if (!geometry.empty()) result["geometry"] = std::move(geometry);
}

void AddName(const json& place, json& result) {
  const json* const name = Find(place, "displayName", kObject);
  if (name) Copy(*name, "text", kString, result, "name");
}

void AddPriceLevel(const json& place, json& result) {
  const json* const level = Find(place, "priceLevel", kString);
  if (level == nullptr) return;
  const auto& word = level->get_ref<const std::string&>();
  for (size_t i = 0; i < kPriceLevels.size(); ++i) {
    if (word == kPriceLevels[i]) result["price_level"] = i;
  }
}

void AddVicinity(const json& place, json& result) {
  Copy(place, "formattedAddress", kString, result, "vicinity");
  Copy(place, "shortFormattedAddress", kString, result, "vicinity");
}

void AddOpeningHours(const json& place, json& result) {
  const json* const hours = Find(place, "currentOpeningHours", kObject);
  const json* const open = hours ? Find(*hours, "openNow", kBoolean) : nullptr;
  if (open) result["opening_hours"] = {{"open_now", *open}};
}

json ToPhoto(const json& photo) {
  json result = json::object();
  Copy(photo, "name", kString, result, "photo_reference");
  Copy(photo, "widthPx", kNumber, result, "width");
  Copy(photo, "heightPx", kNumber, result, "height");
  return result;
}

void AddPhotos(const json& place, json& result) {
  const json* const photos = Find(place, "photos", kArray);
  if (photos == nullptr) return;
  json list = json::array();
  for (const json& photo : *photos) {
    if (photo.is_object()) list.push_back(ToPhoto(photo));
  }
  result["photos"] = std::move(list);
}

void AddPlusCode(const json& place, json& result) {
  const json* const code = Find(place, "plusCode", kObject);
  if (code == nullptr) return;
  json codes = json::object();
  Copy(*code, "globalCode", kString, codes, "global_code");
  Copy(*code, "compoundCode", kString, codes, "compound_code");
  if (!codes.empty()) result["plus_code"] = std::move(codes);
}

json ToResult(const json& place) {
  json result = json::object();
  Copy(place, "id", kString, result, "place_id");
  Copy(place, "id", kString, result, "reference");
  AddName(place, result);
  AddGeometry(place, result);
  Copy(place, "userRatingCount", kNumber, result, "user_ratings_total");
  Copy(place, "rating", kNumber, result, "rating");
  AddPriceLevel(place, result);
  AddVicinity(place, result);
  AddOpeningHours(place, result);
  AddPhotos(place, result);
  Copy(place, "types", kArray, result, "types");
  Copy(place, "businessStatus", kString, result, "business_status");
  Copy(place, "iconMaskBaseUri", kString, result, "icon_mask_base_uri");
  Copy(place, "iconBackgroundColor", kString, result, "icon_background_color");
  AddPlusCode(place, result);
  return result;
}

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status CheckAnswer(const json& answer) {
  if (!answer.is_object()) return Wrong("it is not a JSON object");
  if (answer.contains("error")) return Wrong("it holds an error");
  const auto places = answer.find("places");
  if (places == answer.end()) return absl::OkStatus();
  if (!places->is_array()) return Wrong("its places are not a list");
  for (const json& place : *places) {
    if (!place.is_object()) return Wrong("one of its places is not an object");
  }
  return absl::OkStatus();
}

json ToLegacy(const json& answer) {
  json results = json::array();
  if (const json* const places = Find(answer, "places", kArray)) {
    for (const json& place : *places) results.push_back(ToResult(place));
  }
  const char* const status = results.empty() ? "ZERO_RESULTS" : "OK";
  return {
      {"html_attributions", json::array()}, {"results", std::move(results)}, {"status", status}};
}

}  // namespace

absl::StatusOr<std::string> NewToLegacy(std::string body) {
  // simdjson refuses what would make the other parser dear, such as nesting without end.
  if (absl::Status valid = CheckJson(body); !valid.ok()) return valid;
  const json answer = json::parse(body, nullptr, false);
  if (answer.is_discarded()) return Wrong("it is not JSON");
  if (absl::Status usable = CheckAnswer(answer); !usable.ok()) return usable;
  return GoogleJson(ToLegacy(answer));
}

std::string ErrorMessageIn(std::string body) {
  if (!CheckJson(body).ok()) return "";
  const json answer = json::parse(body, nullptr, false);
  const json* const error = Find(answer, "error", kObject);
  const json* const message = error ? Find(*error, "message", kString) : nullptr;
  return message ? message->get<std::string>() : "";
}

}  // namespace herd::places
