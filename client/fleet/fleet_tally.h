// What a fleet has counted. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "client/load/errors.h"
#include "client/load/histogram.h"

namespace herd::client {

struct FleetTally {
  // Each report counts once, however often it was sent.
  std::uint64_t made = 0;
  std::uint64_t acknowledged = 0;
  // Of those, after more than a second.
  std::uint64_t late = 0;
  // Answered with something else than an acknowledgement; these are in `errors` too.
  std::uint64_t refused = 0;
  // How often a report was sent once more, since the server that had it died.
  std::uint64_t sent_again = 0;
  // How often a connection left a dead server for another, and how often it went back home.
  std::uint64_t fail_overs = 0;
  std::uint64_t returns = 0;
  // By server.
  std::vector<std::uint64_t> acknowledged_by;
  // From when a report was made until it was acknowledged.
  Histogram latency;
  Errors errors;

  std::uint64_t waiting() const { return made - acknowledged - refused; }
};

}  // namespace herd::client
