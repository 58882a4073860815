// Fetches over libcurl: many requests at a time on one thread, over connections that are kept.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "frontend/places/fetcher.h"

namespace herd::places {

struct FetchLimits {
  // For the connection to stand, TLS included.
  std::chrono::milliseconds connect{2000};
  // A connection whose other end takes nothing for so long is given up.
  std::chrono::milliseconds silence{5000};
  // Larger bodies are given up on, at the latest when they have come this far.
  size_t max_body_bytes = size_t{4} << 20;
  // A file of certificates (PEM) to trust; empty: those that the system trusts.
  std::string ca_file;
};

// `scheme` is "http" or "https"; URLs of another are not fetched. Redirects are not followed, so
// their status is the answer. Certificates are verified. A proxy that the environment names is used
// for https only.
//
// The caller has at most `max_calls` requests under way at a time, and as many connections are kept
// open: with HTTP/1.1 each request under way needs one, with HTTP/2 they share one. Bodies take at
// most max_calls x max_body_bytes.
//
// Errors: INVALID_ARGUMENT for a limit that is not positive, or a file without a certificate;
// NOT_FOUND when the file cannot be read; RESOURCE_EXHAUSTED when libcurl does
// not start.
absl::StatusOr<std::unique_ptr<Fetcher>> StartCurlFetcher(const std::string& scheme,
                                                          const FetchLimits& limits,
                                                          size_t max_calls);

}  // namespace herd::places
