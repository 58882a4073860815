#include "frontend/places/failure.h"

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace herd::places {
namespace {

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string FailureReply(const Failure& failure) {
  return absl::StrCat("{\n   \"error_message\" : ", Quoted(failure.message),
                      ",\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : ",
                      Quoted(failure.status), "\n}");
}

std::string EmptyReply(std::string_view status) {
  return absl::StrCat("{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : ",
                      Quoted(status), "\n}");
}

Failure NotUsable(std::string_view why) {
  return {kUnknownError, absl::StrCat("Places sent an answer that cannot be used: ",
                                      absl::string_view(why.data(), why.size()), ".")};
}

Failure FailureOf(FetchError error) {
  switch (error) {
    case FetchError::kName:
      return {kUnknownError, "The address of Places could not be found."};
    case FetchError::kConnect:
      return {kUnknownError, "Places could not be reached."};
    case FetchError::kTls:
      return {kUnknownError, "No trusted connection to Places could be made."};
    case FetchError::kCertificate:
      return {kUnknownError, "The TLS certificate of Places does not verify."};
    case FetchError::kTimeout:
      return {kUnknownError, "Places did not answer within the time limit."};
    case FetchError::kTooLarge:
      return {kUnknownError, "Places sent an answer that is too large."};
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

}  // namespace herd::places
