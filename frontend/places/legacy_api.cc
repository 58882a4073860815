#include "frontend/places/legacy_api.h"

#include <optional>
#include <utility>

#include "frontend/places/api_key.h"
#include "frontend/places/base_url.h"
#include "frontend/places/percent.h"
#include "frontend/places/reply.h"

namespace herd::places {
namespace {

constexpr std::string_view kPath = "/maps/api/place/nearbysearch/json";

}  // namespace

LegacyApi::LegacyApi(std::string base_url, std::string key)
    : base_url_(WithoutSlashes(base_url)), key_(std::move(key)) {}

int LegacyApi::ResultsToAskFor(int) const { return Results::kMostKept; }

HttpRequest LegacyApi::RequestFor(const Query& query, int) const {
  HttpRequest request;
  request.url = base_url_;
  request.url.append(kPath);
  request.url.append("?location=").append(PercentEncode(query.location, ","));
  request.url.append("&radius=").append(PercentEncode(query.radius_m));
  if (!key_.empty()) request.url.append("&key=").append(PercentEncode(key_));
  return request;
}

Reply LegacyApi::ReplyTo(Fetched fetched) const {
  if (std::optional<Reply> failed = ReplyToFailedFetch(fetched, key_)) return *std::move(failed);
  // Blanked before it is read: should that spoil the JSON, the client hears so.
  return ReplyOfDocument(BlankKey(std::move(fetched.body), key_));
}

}  // namespace herd::places
