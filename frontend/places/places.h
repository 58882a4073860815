// What is near a position: the interface between the front door and whoever answers.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "frontend/places/counters.h"
#include "frontend/places/document.h"

namespace herd::places {

struct Query {
  // "34.068930,-118.445127": decimal degrees, digits as the client wrote them, no plus signs.
  std::string location;
  // "10000" or "10587.5": metres, 0 to 50,000, written without an exponent.
  std::string radius_m;
  // How many results the reply may hold, 0 to 20.
  int bound = 0;
};

// A client's connection, by a number of its own.
using Asker = std::uint64_t;

// Receives the JSON of the reply: legacy Nearby Search shape, no two newlines in a row, none at the
// end. Always an answer: a failure is a JSON with Google's word for it as `status`.
using Answer = absl::AnyInvocable<void(Document) &&>;

class Places {
 public:
  virtual ~Places() = default;

  // Any thread. The answer itself, when it is there at once: from memory, or since nothing is asked
  // now. Otherwise none at all, and `answer` is called once, later, on a thread of the
  // implementation's, unless the asker is forgotten before.
  virtual Document Find(const Query& query, Asker asker, Answer answer) = 0;

  // Any thread. The asker has gone: it waits for nothing any more. An answer that is on its way may
  // still be called.
  virtual void Forget(Asker asker) = 0;

  // Any thread. Whoever waits is answered without delay that the server is stopping, and so is
  // whoever asks from now on what cannot be answered at once.
  virtual void Stop() = 0;

  // Any thread. What has happened since the start.
  virtual Counters Count() const = 0;
};

}  // namespace herd::places
