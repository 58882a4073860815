#include "frontend/net/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>

#include "server/state/clock.h"

namespace herd::net {
namespace {

constexpr std::size_t kMaxEvents = 256;

// Of the calls that can only fail when the process is out of descriptors or memory at its start.
void MustSucceed(bool succeeded, const char* call) {
  if (succeeded) return;
  std::perror(call);
  std::abort();
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      now_(MonotonicNow()) {
  MustSucceed(epoll_.valid() && wakeup_.valid(), "epoll_create1 or eventfd");
  Control(EPOLL_CTL_ADD, wakeup_.get(), nullptr, true, false);
}

void EventLoop::Control(int operation, int fd, Handler* handler, bool readable, bool writable) {
  epoll_event event{};
  event.events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
  event.data.ptr = handler;
  MustSucceed(epoll_ctl(epoll_.get(), operation, fd, &event) == 0, "epoll_ctl");
}

void EventLoop::Watch(int fd, Handler* handler, bool readable, bool writable) {
  Control(EPOLL_CTL_ADD, fd, handler, readable, writable);
}

void EventLoop::Rewatch(int fd, Handler* handler, bool readable, bool writable) {
  Control(EPOLL_CTL_MOD, fd, handler, readable, writable);
}

void EventLoop::Unwatch(int fd, Handler* handler) {
  Control(EPOLL_CTL_DEL, fd, handler, false, false);
  std::replace(called_.begin(), called_.end(), handler, static_cast<Handler*>(nullptr));
}

void EventLoop::Run(absl::FunctionRef<void()> end_round) {
  std::array<epoll_event, kMaxEvents> events;
  while (!stopped_) {
    turns_.fetch_add(1, std::memory_order_relaxed);
    const int found = epoll_wait(epoll_.get(), events.data(), kMaxEvents, TimeoutMs());
    now_ = MonotonicNow();
    called_.clear();
    for (int i = 0; i < found; ++i) called_.push_back(static_cast<Handler*>(events[i].data.ptr));
    for (int i = 0; i < found; ++i) {
      Handler* const handler = called_[i];
      if (handler == nullptr) continue;  // unwatched meanwhile, or the wake-up
      const std::uint32_t bits = events[i].events;
      handler->OnEvents({.readable = (bits & EPOLLIN) != 0,
                         .writable = (bits & EPOLLOUT) != 0,
                         .broken = (bits & (EPOLLERR | EPOLLHUP)) != 0});
    }
    RunTimers();
    RunPosted();
    end_round();
  }
}

int EventLoop::TimeoutMs() const {
  if (timers_.empty()) return -1;
  const Nanos left = timers_.begin()->first - MonotonicNow();
  const Nanos rounded_up = (left + kNanosPerMillisecond - 1) / kNanosPerMillisecond;
  return static_cast<int>(std::clamp<Nanos>(rounded_up, 0, std::numeric_limits<int>::max()));
}

void EventLoop::RunAfter(Nanos delay, Task task) { timers_.emplace(now_ + delay, std::move(task)); }

void EventLoop::RunTimers() {
  const auto due_end = timers_.upper_bound(now_);
  if (due_end == timers_.begin()) return;
  // Out of the way first: a task that is to run again at once does so in the next round.
  std::vector<Task> due;
  for (auto timer = timers_.begin(); timer != due_end; ++timer) {
    due.push_back(std::move(timer->second));
  }
  timers_.erase(timers_.begin(), due_end);
  for (Task& task : due) std::move(task)();
}

void EventLoop::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  // Under the lock: a wake-up that came after its task has been run would never be taken back.
  if (posted_.empty()) Wake();
  posted_.push_back(std::move(task));
}

void EventLoop::Wake() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is woken anyway.
  [[maybe_unused]] const ssize_t written = write(wakeup_.get(), &one, sizeof(one));
}

void EventLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    absl::MutexLock lock(&mutex_);
    if (posted_.empty()) return;
    tasks.swap(posted_);
    std::uint64_t count;
    [[maybe_unused]] const ssize_t size = read(wakeup_.get(), &count, sizeof(count));
  }
  for (Task& task : tasks) std::move(task)();
}

void EventLoop::Stop() {
  Post([this] { stopped_ = true; });
}

}  // namespace herd::net
