// Nearby Search in its legacy shape: what is asked, and what the client hears when it fails.
//
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "frontend/places/fetcher.h"
#include "frontend/places/places.h"

namespace herd::places {

// BASE/maps/api/place/nearbysearch/json?location=..&radius=..&key=.., without `key` when there is
// none. `base_url` has passed CheckBaseUrl; a slash at its end does not matter.
std::string NearbySearchUrl(std::string_view base_url, const Query& query, std::string_view key);

// An answer without places, as Google writes its own.
struct Failure {
  // Google's word: INVALID_REQUEST, OVER_QUERY_LIMIT, REQUEST_DENIED or UNKNOWN_ERROR.
  std::string_view status;
  // What happened, for people.
  std::string message;
};
std::string FailureReply(const Failure& failure);

// `error` is not kNone.
Failure FailureOf(FetchError error);
// `http_status` is not 200.
Failure FailureOf(int http_status);

struct Reply {
  // For the client, see Answer.
  std::string json;
  // Empty when Places works. Otherwise what is wrong with it, for the log. A request that Google
  // calls invalid and a search without results are answers like any other.
  std::string trouble;
};

// What a fetch says, cut to the bound. The key is blanked wherever it stands.
Reply ReplyTo(Fetched fetched, int bound, std::string_view key);

}  // namespace herd::places
