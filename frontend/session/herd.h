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

  // Any thread. Executes the requests in their order, see Store::Execute, and lets the neighbours
  // have what is new.
  virtual void Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) = 0;
};

}  // namespace herd
