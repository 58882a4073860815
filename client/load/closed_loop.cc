#include "client/load/closed_loop.h"

#include <limits>

namespace herd::client {

void ClosedLoop::Begin() {
  for (Connection& connection : busy()) SendBatch(connection);
}

void ClosedLoop::OnReplies(Connection& connection) {
  if (connection.owed().empty()) SendBatch(connection);
}

void ClosedLoop::SendBatch(Connection& connection) {
  if (!MaySend()) return;
  const Nanos now = MonotonicNow();
  for (std::uint32_t i = 0; i < plan().depth && MaySend(); ++i) {
    connection.Ask(NextRequest(now), now);
  }
  connection.Flush();
}

Nanos ClosedLoop::SendDue(Nanos) { return std::numeric_limits<Nanos>::max(); }

}  // namespace herd::client
