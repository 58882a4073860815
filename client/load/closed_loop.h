// Each connection sends its requests with one write, reads all their replies, and sends the next.
#pragma once

#include "client/load/worker.h"

namespace herd::client {

class ClosedLoop final : public Worker {
 public:
  using Worker::Worker;

 private:
  void Begin() override;
  void OnReplies(Connection& connection) override;
  Nanos SendDue(Nanos now) override;

  void SendBatch(Connection& connection);
};

}  // namespace herd::client
