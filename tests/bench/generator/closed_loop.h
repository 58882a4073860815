// The neutral generator's loop: one thread, many connections; each sends `depth` requests with one
// write, reads their replies, and sends the next. The same for every server, so that none is
// favored.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/generator/latencies.h"
#include "tests/bench/generator/requests.h"

namespace herd::bench {

struct Plan {
  // Of 127.0.0.1; the connections are dealt to them in turn.
  std::vector<std::uint16_t> ports;
  const Protocol* protocol = nullptr;
  int connections = 50;
  int depth = 1;
  std::uint32_t clients = 100'000;
  Order order = Order::kRandom;
  // Ends with whatever comes first; 0 means no end by that.
  double seconds = 0;
  std::uint64_t requests = 0;
};

struct Outcome {
  std::uint64_t requests = 0;  // that were answered
  std::uint64_t refused = 0;   // of these, with another reply than the protocol's
  double seconds = 0;
  Latencies batches;  // from the write of a batch to its last reply
};

// An error when a connection cannot be made, or breaks.
absl::StatusOr<Outcome> RunClosedLoop(const Plan& plan);

}  // namespace herd::bench
