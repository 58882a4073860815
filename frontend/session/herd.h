// What the front door needs of the server behind it.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "server/state/store.h"

namespace herd {

class Herd {
 public:
  virtual ~Herd() = default;

  // Any thread. Executes the requests in their order, see Store::Execute.
  // Returns what the neighbours must have before the replies to the requests may leave.
  virtual Versions Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) = 0;

  // Any thread. Lets the neighbours have what has been executed: together, after all that there is
  // to execute at a time.
  virtual void Publish() = 0;

  // Any thread. Whether the neighbours that are waited for have these.
  virtual bool AreAcknowledged(const Versions& versions) = 0;

  // Any thread. Somebody waits for that.
  virtual void Await(const Versions& versions) = 0;
};

}  // namespace herd
