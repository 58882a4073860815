#include "client/load/tally.h"

#include <algorithm>

namespace herd::client {

void Tally::Add(const Tally& other) {
  latency.Add(other.latency);
  errors.Add(other.errors);
  replies += other.replies;
  unanswered += other.unanswered;
  bytes_sent += other.bytes_sent;
  bytes_received += other.bytes_received;
  cpu += other.cpu;
  last_reply = std::max(last_reply, other.last_reply);
}

}  // namespace herd::client
