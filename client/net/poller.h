// One thread's wait for many sockets, to the nanosecond. The client's one door to epoll.
//
// All but Wake belong to one thread. Needs Linux 5.11 (epoll_pwait2), since milliseconds are too
// coarse for a load of 10,000 requests a second.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "client/net/clock.h"

namespace herd::client {

class Poller {
 public:
  struct Ready {
    void* who;
    bool readable;  // also when the connection has ended or is broken: a read tells
    bool writable;
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Until the socket is closed, `who` is told whenever it is readable, and writable if that is
  // wanted. The same as long as the state lasts.
  void Watch(int fd, void* who, bool writable);
  void Rewatch(int fd, void* who, bool writable);

  // Waits until something is ready, until Wake, or so long. What it returns is good until the next
  // call; empty when there was nothing.
  std::span<const Ready> Wait(Nanos timeout);

  // Any thread: ends the wait that is under way, or the next one.
  void Wake();

 private:
  static constexpr std::size_t kMaxReady = 256;

  void Control(int operation, int fd, void* who, bool writable);

  const int epoll_;
  const int wakeup_;
  std::array<Ready, kMaxReady> ready_;
};

}  // namespace herd::client
