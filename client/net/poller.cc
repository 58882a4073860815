#include "client/net/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace herd::client {
namespace {

// Of calls that fail only when the process is out of descriptors or memory, or the kernel too old.
void MustSucceed(bool succeeded, const char* call) {
  if (succeeded) return;
  std::perror(call);
  std::abort();
}

}  // namespace

Poller::Poller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wakeup_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  MustSucceed(epoll_ >= 0 && wakeup_ >= 0, "epoll_create1 or eventfd");
  Watch(wakeup_, nullptr, false);
}

Poller::~Poller() {
  close(wakeup_);
  close(epoll_);
}

void Poller::Control(int operation, int fd, void* who, bool writable) {
  epoll_event event = {};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0U);
  event.data.ptr = who;
  MustSucceed(epoll_ctl(epoll_, operation, fd, &event) == 0, "epoll_ctl");
}

void Poller::Watch(int fd, void* who, bool writable) { Control(EPOLL_CTL_ADD, fd, who, writable); }

void Poller::Rewatch(int fd, void* who, bool writable) {
  Control(EPOLL_CTL_MOD, fd, who, writable);
}

std::span<const Poller::Ready> Poller::Wait(Nanos timeout) {
  const Nanos bounded = std::max<Nanos>(timeout, 0);
  const timespec left = {.tv_sec = bounded / kNanosPerSecond, .tv_nsec = bounded % kNanosPerSecond};
  std::array<epoll_event, kMaxReady> events;
  const int found = epoll_pwait2(epoll_, events.data(), kMaxReady, &left, nullptr);
  MustSucceed(found >= 0 || errno == EINTR, "epoll_pwait2");
  std::size_t count = 0;
  for (int i = 0; i < found; ++i) {
    const std::uint32_t bits = events[i].events;
    if (events[i].data.ptr == nullptr) {
      std::uint64_t wakes;
      [[maybe_unused]] const ssize_t size = read(wakeup_, &wakes, sizeof wakes);
      continue;
    }
    ready_[count++] = {.who = events[i].data.ptr,
                       .readable = (bits & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0,
                       .writable = (bits & EPOLLOUT) != 0};
  }
  return {ready_.data(), count};
}

void Poller::Wake() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the wait ends anyway.
  [[maybe_unused]] const ssize_t written = write(wakeup_, &one, sizeof one);
}

}  // namespace herd::client
