// What the client hears when there are no places to tell: a document in the legacy shape, as Google
// writes its own.
//
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "frontend/places/fetcher.h"

namespace herd::places {

inline constexpr std::string_view kInvalidRequest = "INVALID_REQUEST";
inline constexpr std::string_view kOverQueryLimit = "OVER_QUERY_LIMIT";
inline constexpr std::string_view kRequestDenied = "REQUEST_DENIED";
inline constexpr std::string_view kUnknownError = "UNKNOWN_ERROR";

struct Failure {
  // Google's word, one of the above.
  std::string_view status;
  // What happened, for people.
  std::string message;
};
std::string FailureReply(const Failure& failure);

// No results, and nothing wrong. `status` is OK or ZERO_RESULTS.
std::string EmptyReply(std::string_view status);

// `error` is not kNone.
Failure FailureOf(FetchError error);
// `http_status` is not 200.
Failure FailureOf(int http_status);
// A body that is no answer; `why` is a clause, "it is not JSON".
Failure NotUsable(std::string_view why);

}  // namespace herd::places
