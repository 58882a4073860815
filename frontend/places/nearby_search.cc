#include "frontend/places/nearby_search.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "frontend/places/api_key.h"
#include "frontend/places/percent.h"
#include "frontend/places/results.h"
#include "nlohmann/json.hpp"

namespace herd::places {
namespace {

constexpr std::string_view kPath = "/maps/api/place/nearbysearch/json";

constexpr std::string_view kInvalidRequest = "INVALID_REQUEST";
constexpr std::string_view kOverQueryLimit = "OVER_QUERY_LIMIT";
constexpr std::string_view kRequestDenied = "REQUEST_DENIED";
constexpr std::string_view kUnknownError = "UNKNOWN_ERROR";

// The words with which Google says, in a proper answer, that there will be no places for a while.
constexpr std::array<std::string_view, 4> kTroubles = {kOverQueryLimit, "OVER_DAILY_LIMIT",
                                                       kRequestDenied, kUnknownError};

bool IsTrouble(std::string_view status) {
  return std::find(kTroubles.begin(), kTroubles.end(), status) != kTroubles.end();
}

std::string_view WithoutSlashes(std::string_view url) {
  while (!url.empty() && url.back() == '/') url.remove_suffix(1);
  return url;
}

std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Failure NotUsable(absl::string_view why) {
  return {kUnknownError, absl::StrCat("Places sent an answer that cannot be used: ", why, ".")};
}

Reply Failed(const Failure& failure, std::string_view detail, std::string_view key) {
  std::string trouble = failure.message;
  if (!detail.empty()) {
    absl::StrAppend(&trouble, " (", absl::string_view(detail.data(), detail.size()), ")");
  }
  return {BlankKey(FailureReply(failure), key), BlankKey(std::move(trouble), key)};
}

}  // namespace

std::string NearbySearchUrl(std::string_view base_url, const Query& query, std::string_view key) {
  std::string url(WithoutSlashes(base_url));
  url.append(kPath);
  url.append("?location=").append(PercentEncode(query.location, ","));
  url.append("&radius=").append(PercentEncode(query.radius_m));
  if (!key.empty()) url.append("&key=").append(PercentEncode(key));
  return url;
}

std::string FailureReply(const Failure& failure) {
  return absl::StrCat("{\n   \"error_message\" : ", Quoted(failure.message),
                      ",\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : ",
                      Quoted(std::string(failure.status)), "\n}");
}

Failure FailureOf(FetchError error) {
  switch (error) {
    case FetchError::kName:
      return {kUnknownError, "The address of Places could not be found."};
    case FetchError::kConnect:
      return {kUnknownError, "Places could not be reached."};
    case FetchError::kTls:
      return {kUnknownError, "No trusted connection to Places could be made."};
    case FetchError::kTimeout:
      return {kUnknownError, "Places did not answer within the time limit."};
    case FetchError::kTooLarge:
      return {kUnknownError, "Places sent an answer that is too large."};
    case FetchError::kBusy:
      return {kOverQueryLimit, "Too many searches wait for Places: try again later."};
    case FetchError::kStopping:
      return {kUnknownError, "The server is stopping."};
    case FetchError::kBroken:
    case FetchError::kNone:
      break;
  }
  return {kUnknownError, "Places broke off before its answer was complete."};
}

Failure FailureOf(int http_status) {
  const std::string said = absl::StrCat("HTTP status ", http_status);
  switch (http_status) {
    case 400:
      return {kInvalidRequest, absl::StrCat("Places called the request invalid (", said, ").")};
    case 401:
    case 403:
      return {kRequestDenied, absl::StrCat("Places denied the request (", said, ").")};
    case 429:
      return {kOverQueryLimit, absl::StrCat("Places had too many requests (", said, ").")};
    default:
      break;
  }
  if (http_status >= 300 && http_status < 400) {
    return {kUnknownError, absl::StrCat("Places answered with a redirect (", said,
                                        "), and redirects are not followed.")};
  }
  return {kUnknownError, absl::StrCat("Places answered with ", said, ".")};
}

Reply ReplyTo(Fetched fetched, int bound, std::string_view key) {
  if (fetched.error != FetchError::kNone) {
    return Failed(FailureOf(fetched.error), fetched.detail, key);
  }
  if (fetched.http_status != 200) return Failed(FailureOf(fetched.http_status), "", key);
  // Blanked before it is cut: should that spoil the JSON, the client hears so.
  absl::StatusOr<CutAnswer> cut = CutResults(BlankKey(std::move(fetched.body), key), bound);
  if (!cut.ok()) return Failed(NotUsable(cut.status().message()), "", key);
  std::string trouble;
  if (IsTrouble(cut->status)) trouble = absl::StrCat("Places said ", cut->status, ".");
  return {std::move(cut->json), std::move(trouble)};
}

}  // namespace herd::places
