// Requests at a constant rate, each sent when it is due, on the next connection in turn.
//
// A request's latency counts from when it was due, also when the generator or the server came late
// to it: else a server that stops for a second would look slow to one request of each connection
// only, and not to all that should have been sent meanwhile (coordinated omission).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "client/load/worker.h"

namespace herd::client {

class OpenLoop final : public Worker {
 public:
  using Worker::Worker;

 private:
  void Begin() override;
  void OnReplies(Connection&) override {}
  Nanos SendDue(Nanos now) override;

  // When the thread's request of that number is due, monotonic.
  Nanos Due(std::uint64_t number) const;
  // The next in turn that is open, or null.
  Connection* NextOpen();

  std::uint64_t number_ = 0;  // of the next request
  std::size_t turn_ = 0;
  std::vector<Connection*> asked_;  // those with something to flush
};

}  // namespace herd::client
