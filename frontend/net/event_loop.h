// One thread's wait for sockets, timers and posts from other threads. The one door to epoll.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "frontend/net/socket.h"
#include "server/state/nanos.h"

namespace herd::net {

// All but Post, Stop and turns belong to the thread that runs the loop; before it runs, to whoever
// made it.
class EventLoop {
 public:
  struct Events {
    bool readable = false;
    bool writable = false;
    // The connection is broken, or closed in both directions.
    bool broken = false;
  };

  class Handler {
   public:
    virtual void OnEvents(Events events) = 0;

   protected:
    ~Handler() = default;
  };

  using Task = absl::AnyInvocable<void() &&>;

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs until Stop, then once what has been posted before it. Calls `end_round` whenever all that
  // was there to do has been done, before it waits for more.
  void Run(absl::FunctionRef<void()> end_round) ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls `handler` when the socket is readable or writable, as long as that is wanted and the
  // state lasts; and when it is broken, wanted or not.
  void Watch(int fd, Handler* handler, bool readable, bool writable);
  void Rewatch(int fd, Handler* handler, bool readable, bool writable);
  // The handler is not called again, unless it is in the middle of being called.
  void Unwatch(int fd, Handler* handler);

  // From the beginning of this round on.
  void RunAfter(Nanos delay, Task task);

  // When this round began, by MonotonicNow, as are all timers.
  Nanos now() const { return now_; }
  // There was nothing to do in this round but what timers do.
  bool is_idle() const { return called_.empty(); }

  // Any thread. Runs the task on the loop's thread.
  void Post(Task task) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);
  // Any thread. How often the loop has turned.
  std::uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }

 private:
  void Control(int operation, int fd, Handler* handler, bool readable, bool writable);
  int TimeoutMs() const;
  void Wake();
  void RunTimers();
  void RunPosted() ABSL_LOCKS_EXCLUDED(mutex_);

  const Descriptor epoll_;
  const Descriptor wakeup_;
  bool stopped_ = false;
  Nanos now_;
  std::atomic<std::uint64_t> turns_{0};
  std::multimap<Nanos, Task> timers_;  // by deadline, monotonic
  std::vector<Handler*> called_;       // of the events at hand; null once unwatched

  absl::Mutex mutex_;
  std::vector<Task> posted_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace herd::net
