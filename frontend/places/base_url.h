// Where the Places server is: the part of its URLs before the path that we add.
//
// Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace herd::places {

inline constexpr char kGoogleLegacyUrl[] = "https://maps.googleapis.com";
inline constexpr char kGoogleNewUrl[] = "https://places.googleapis.com";

// Such as "http://localhost:12090", "https://places.example/proxy/" or "http://[::1]:80".
//
// Errors, INVALID_ARGUMENT, naming what is wrong: no http:// or https:// in front; no host or a
// malformed one; a port beyond 1 to 65,535; a query, a fragment or credentials (the message then
// does not show the URL: there may be a secret in it); white space, control bytes or bytes beyond
// ASCII; a host of Google's over plain http.
absl::Status CheckBaseUrl(std::string_view base_url);

// Of a URL that CheckBaseUrl has passed: "http" or "https".
std::string SchemeOf(std::string_view base_url);

// Without those at its end.
std::string WithoutSlashes(std::string_view base_url);

}  // namespace herd::places
