#include "client/standin/new_nearby_query.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"

namespace herd::standin {
namespace {

using nlohmann::json;

NewRefusal Invalid(std::string message) { return {400, "INVALID_ARGUMENT", std::move(message)}; }

const json* Find(const json* object, const char* name) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(name);
  return found == object->end() ? nullptr : &*found;
}

std::optional<double> NumberWithin(const json* value, double least, double most) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  if (!(number >= least && number <= most)) return std::nullopt;
  return number;
}

std::optional<NewRefusal> ReadCircle(const json& body, NearbyQuery& query) {
  const json* const circle = Find(Find(&body, "locationRestriction"), "circle");
  const json* const center = Find(circle, "center");
  const auto latitude = NumberWithin(Find(center, "latitude"), -90, 90);
  const auto longitude = NumberWithin(Find(center, "longitude"), -180, 180);
  if (!latitude || !longitude) {
    return Invalid("locationRestriction.circle.center must hold latitude and longitude.");
  }
  const auto radius = NumberWithin(Find(circle, "radius"), 0, kMaxRadiusM);
  if (!radius || *radius == 0) return Invalid("Radius must be between 0 and 50000 metres.");
  query.latitude = *latitude;
  query.longitude = *longitude;
  query.radius_m = *radius;
  return std::nullopt;
}

std::optional<NewRefusal> ReadRest(const json& body, NewNearbyQuery& query) {
  if (const json* const count = Find(&body, "maxResultCount")) {
    const auto number = NumberWithin(count, 1, kPageSize);
    if (!number || !count->is_number_integer()) {
      return Invalid("max_result_count must be between 1 and 20, inclusive.");
    }
    query.max_results = count->get<std::size_t>();
  }
  const json* const rank = Find(&body, "rankPreference");
  if (rank != nullptr && *rank == "DISTANCE") query.query.rank_by = RankBy::kDistance;
  return std::nullopt;
}

}  // namespace

std::variant<NewNearbyQuery, NewRefusal> ParseNewNearbyQuery(std::string_view field_mask,
                                                             const std::string& body) {
  NewNearbyQuery query;
  const std::vector<std::string> fields = absl::StrSplit(
      absl::string_view(field_mask.data(), field_mask.size()), ',', absl::SkipWhitespace());
  if (fields.empty()) {
    return Invalid(
        "FieldMask is a required parameter. See "
        "https://cloud.google.com/apis/docs/system-parameters on how to provide it.");
  }
  for (const std::string& field : fields) {
    if (field != "*" && field.rfind("places.", 0) != 0 && field != "places") {
      return Invalid(
          absl::StrCat("Error expanding 'fields' parameter. Cannot find matching fields "
                       "for path '",
                       field, "'."));
    }
    query.fields.insert(field);
  }
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) return Invalid("Invalid JSON payload received.");
  if (auto refusal = ReadCircle(document, query.query)) return *std::move(refusal);
  if (auto refusal = ReadRest(document, query)) return *std::move(refusal);
  return query;
}

}  // namespace herd::standin
