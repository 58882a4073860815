#include "client/load/open_loop.h"

#include <sys/prctl.h>

namespace herd::client {
namespace {

// When the generator is late, it looks at the replies again after so many requests.
constexpr int kMostAtOnce = 1024;

}  // namespace

// A thread's timers may otherwise be 50 us late.
void OpenLoop::Begin() { prctl(PR_SET_TIMERSLACK, 1); }

Nanos OpenLoop::Due(std::uint64_t number) const {
  const auto of_all = static_cast<double>(number * part().count + part().index);
  return begin() + static_cast<Nanos>(of_all * 1e9 / *plan().rate);
}

Connection* OpenLoop::NextOpen() {
  for (std::size_t tried = 0; tried < busy().size(); ++tried) {
    Connection& connection = busy()[turn_];
    turn_ = turn_ + 1 == busy().size() ? 0 : turn_ + 1;
    if (connection.is_open()) return &connection;
  }
  return nullptr;
}

Nanos OpenLoop::SendDue(Nanos now) {
  for (int i = 0; i < kMostAtOnce && MaySend() && Due(number_) <= now; ++i) {
    const Request request = NextRequest(now);
    Connection* const connection = NextOpen();
    if (connection == nullptr) {
      CountNotSent();
    } else {
      if (connection->is_flushed()) asked_.push_back(connection);
      connection->Ask(request, Due(number_));
    }
    ++number_;
  }
  for (Connection* const connection : asked_) connection->Flush();
  asked_.clear();
  return Due(number_);
}

}  // namespace herd::client
