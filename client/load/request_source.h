// Deals out the requests of one thread of a load.
//
// The clients are divided among the threads, so that no two threads speak for the same one and the
// times of each client ascend: by a microsecond at least, since two times that are nearer may be
// one and the same to a server that keeps them as floating-point numbers. One thread.
#pragma once

#include <cstdint>

#include "client/load/request.h"

namespace herd::client {

enum class Order {
  kRandom,      // each client once, scattered, and then again in the same order
  kSequential,  // one after the other, and then again
};

struct Mix {
  std::uint32_t clients = 100'000;
  Order order = Order::kRandom;
  // How many of the requests are WHATSATs, 0 to 1.
  double question_share = 0;
};

// The one of `count` that has the number `index`.
struct Part {
  std::uint32_t index = 0;
  std::uint32_t count = 1;

  // How many of `total` things fall to it; those with the numbers index, index + count, ...
  std::uint64_t Of(std::uint64_t total) const {
    return total / count + (index < total % count ? 1 : 0);
  }
};

class RequestSource {
 public:
  // At least one client falls to the part.
  RequestSource(const Mix& mix, Part part);

  // A report is of that time, or later if its client's last one was.
  Request Next(Nanos posix_now);

 private:
  std::uint32_t NextIndex();
  std::uint32_t Scatter(std::uint32_t number) const;
  bool NextIsQuestion();

  const Part part_;
  const std::uint32_t clients_;  // of the part
  const Order order_;
  const Nanos step_;
  const double question_share_;
  // For the scattering: the smallest power of two that is not less than clients_, less one; and
  // half its bits, rounded up.
  const std::uint32_t mask_;
  const int half_;

  std::uint32_t next_ = 0;
  Nanos last_time_ = 0;
  std::uint64_t dice_;
};

}  // namespace herd::client
