#include "client/standin/nearby_query.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/standin/decimal.h"
#include "client/standin/page_token.h"

namespace herd::standin {
namespace {

// Longer ones would make page tokens that no longer fit into a URL.
constexpr size_t kMaxTextBytes = 1'000;

const std::string& Get(const Parameters& parameters, std::string_view name) {
  static const std::string kNone;
  const auto found = parameters.find(name);
  return found == parameters.end() ? kNone : found->second;
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::optional<double> ParseWithin(std::string_view text, double limit) {
  const auto number = ParseDecimal(Trim(text));
  if (!number || *number < -limit || *number > limit) return std::nullopt;
  return number;
}

Refusal Invalid(std::string message) { return {"INVALID_REQUEST", std::move(message)}; }

std::optional<Refusal> ReadLocation(const Parameters& parameters, NearbyQuery& query) {
  const std::string_view location = Get(parameters, "location");
  if (location.empty()) return Invalid("The location parameter is missing.");
  const size_t comma = location.find(',');
  const auto latitude = ParseWithin(location.substr(0, comma), 90);
  const auto longitude =
      ParseWithin(comma == location.npos ? std::string_view() : location.substr(comma + 1), 180);
  if (!latitude || !longitude) {
    return Invalid("The location parameter must be LATITUDE,LONGITUDE in decimal degrees.");
  }
  query.latitude = *latitude;
  query.longitude = *longitude;
  return std::nullopt;
}

std::optional<Refusal> ReadRank(const Parameters& parameters, NearbyQuery& query) {
  const std::string& rank = Get(parameters, "rankby");
  if (rank.empty() || rank == "prominence") return std::nullopt;
  if (rank != "distance") return Invalid("The rankby parameter must be prominence or distance.");
  query.rank_by = RankBy::kDistance;
  return std::nullopt;
}

// Google's `a|b|c` is its first type, and a list with commas is no type at all.
std::string ReadType(const Parameters& parameters) {
  const std::string& types = Get(parameters, "type");
  if (types.find(',') != types.npos) return "";
  return types.substr(0, types.find('|'));
}

std::optional<Refusal> ReadText(const Parameters& parameters, NearbyQuery& query) {
  query.type = ReadType(parameters);
  const std::string text = absl::StrCat(Get(parameters, "keyword"), " ", Get(parameters, "name"));
  if (text.size() > kMaxTextBytes || query.type.size() > kMaxTextBytes) {
    return Invalid(absl::StrCat("keyword, name and type may hold ", kMaxTextBytes, " bytes."));
  }
  const std::vector<std::string> words =
      absl::StrSplit(absl::AsciiStrToLower(text), absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
  query.words = absl::StrJoin(words, " ");
  if (query.type.find('\t') != query.type.npos) return Invalid("The type parameter has a tab.");
  return std::nullopt;
}

std::optional<Refusal> ReadRadius(const Parameters& parameters, NearbyQuery& query) {
  const std::string& radius = Get(parameters, "radius");
  if (query.rank_by == RankBy::kDistance) {
    if (!radius.empty()) return Invalid("rankby=distance and radius exclude one another.");
    if (query.words.empty() && query.type.empty()) {
      return Invalid("rankby=distance needs one of keyword, name and type.");
    }
    query.radius_m = kMaxRadiusM;
    return std::nullopt;
  }
  if (radius.empty()) return Invalid("The radius parameter is missing.");
  const auto radius_m = ParseWithin(radius, kMaxRadiusM);
  if (!radius_m || *radius_m <= 0) {
    return Invalid("The radius parameter must be metres, more than 0 and at most 50000.");
  }
  query.radius_m = *radius_m;
  return std::nullopt;
}

}  // namespace

std::variant<NearbyQuery, Refusal> ParseNearbyQuery(const Parameters& parameters, uint64_t data,
                                                    int64_t now_ms) {
  if (Get(parameters, "key").empty()) {
    return Refusal{"REQUEST_DENIED",
                   "You must use an API key to authenticate each request to Google Maps Platform "
                   "APIs. This is the offline stand-in: any key will do."};
  }
  // As Google: with a page token all other parameters are ignored.
  if (const std::string& token = Get(parameters, "pagetoken"); !token.empty()) {
    const auto query = DecodePageToken(token, data);
    if (!query) return Invalid("The pagetoken parameter is not a token of this server's.");
    if (now_ms < query->usable_from_ms) {
      return Invalid("The pagetoken parameter is too new: the next page is not ready yet.");
    }
    return *query;
  }
  NearbyQuery query;
  for (const auto read : {ReadLocation, ReadRank, ReadText, ReadRadius}) {
    if (auto refusal = read(parameters, query)) return *std::move(refusal);
  }
  return query;
}

}  // namespace herd::standin
