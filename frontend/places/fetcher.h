// Getting an answer over HTTP: the interface between what Places means and who fetches it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace herd::places {

struct HttpRequest {
  std::string url;
  // Of a POST; empty: a GET.
  std::string body;
  // "Name: value", beside those that HTTP itself wants.
  std::vector<std::string> headers;
  // The answer is complete by then, or kTimeout.
  std::chrono::steady_clock::time_point deadline;
};

// Why there is no HTTP answer.
enum class FetchError {
  kNone,
  kName,         // The host's name has no address.
  kConnect,      // Nobody takes the connection.
  kTls,          // No encryption can be agreed on.
  kCertificate,  // Whoever answers does not prove to be whom the URL names.
  kTimeout,      // Not complete by the deadline.
  kTooLarge,     // The body is larger than the limit.
  kBroken,       // The connection broke off, or what came is not HTTP.
  kStopping,     // Given up, since the fetcher stops.
};

struct Fetched {
  FetchError error = FetchError::kNone;
  // With kNone: the HTTP status, and the whole body.
  int http_status = 0;
  std::string body;
  // Of the body, whatever became of it.
  std::size_t received_bytes = 0;
  // For the log: what exactly happened. Not for clients.
  std::string detail;
};

class Fetcher {
 public:
  using Done = absl::AnyInvocable<void(Fetched) &&>;

  // Calls what has not been called, with kStopping, before it returns. Nobody may call Fetch
  // meanwhile, but a Done may, and is answered alike.
  virtual ~Fetcher() = default;

  // Any thread. `done` is called exactly once, later, on a thread of the implementation's, one at a
  // time, and never from within Fetch. It must not block: other answers wait behind it.
  virtual void Fetch(HttpRequest request, Done done) = 0;

  // Any thread. What has not been called, and whatever is asked for from now on, is called with
  // kStopping, without delay.
  virtual void Stop() = 0;
};

}  // namespace herd::places
