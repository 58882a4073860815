// What is near a position: the interface between the front door and whoever answers.
#pragma once

#include <string>

#include "absl/functional/any_invocable.h"

namespace herd::places {

struct Query {
  // "34.068930,-118.445127": decimal degrees, digits as the client wrote them, no plus signs.
  std::string location;
  // "10000" or "10587.5": metres, 0 to 50,000, written without an exponent.
  std::string radius_m;
  // How many results the reply may hold, 0 to 20.
  int bound = 0;
};

// Receives the JSON of the reply: legacy Nearby Search shape, no two newlines in a row, none at the
// end. Always an answer: a failure is a JSON with Google's word for it as `status`.
using Answer = absl::AnyInvocable<void(std::string json) &&>;

class Places {
 public:
  virtual ~Places() = default;

  // Any thread. `answer` is called exactly once, later, on a thread of the implementation's, and
  // never from within Find.
  virtual void Find(Query query, Answer answer) = 0;
};

}  // namespace herd::places
