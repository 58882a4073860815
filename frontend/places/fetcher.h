// Getting a URL's content over HTTP: the interface between what Places means and who fetches it.
#pragma once

#include <string>

#include "absl/functional/any_invocable.h"

namespace herd::places {

// Why there is no HTTP answer.
enum class FetchError {
  kNone,
  kName,      // The host's name has no address.
  kConnect,   // Nobody takes the connection.
  kTls,       // No trusted encryption.
  kTimeout,   // Not complete within the time limit, waiting for its turn included.
  kTooLarge,  // The body is larger than the limit.
  kBroken,    // The connection broke off, or what came is not HTTP.
  kBusy,      // Not sent: too many wait for their turn.
  kStopping,  // Given up: the fetcher is being destroyed.
};

struct Fetched {
  FetchError error = FetchError::kNone;
  // With kNone: the HTTP status, and the whole body.
  int http_status = 0;
  std::string body;
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
  virtual void Fetch(std::string url, Done done) = 0;
};

}  // namespace herd::places
