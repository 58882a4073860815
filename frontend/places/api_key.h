// The Places API key: where it comes from, and how it stays out of what others see.
//
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace herd::places {

inline constexpr char kApiKeyVariable[] = "HERD_PLACES_KEY";
inline constexpr size_t kLongestApiKey = 1024;

// The key in the file `path`; with an empty path, in the environment's HERD_PLACES_KEY; with that
// unset or empty, no key at all (an empty string), which Google answers with REQUEST_DENIED.
// White space around the key is taken off.
//
// Errors name the file or the variable and never show what is in it: a file that is missing
// (NOT_FOUND), unreadable (UNAVAILABLE), empty, longer than 1,024 bytes, or with anything but
// printable ASCII; white space, a quote or a backslash inside (INVALID_ARGUMENT).
absl::StatusOr<std::string> ReadApiKey(const std::string& path);

// `text` with *** in place of the key, as it is or percent-encoded. A key of fewer than 16 bytes,
// which is none of Google's, only where it is a word of its own: so that a stand-in's key "demo"
// leaves the place "Demolition Park, demo_1" alone.
std::string BlankKey(std::string text, std::string_view key);

}  // namespace herd::places
