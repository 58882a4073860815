// The connections to all text neighbours, and the thread that serves them. None at all where there
// is no such neighbour.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "frontend/net/event_loop.h"
#include "frontend/net/text_link.h"

namespace herd::net {

class TextLinks {
 public:
  // Calls the neighbours, for ever. The store outlives the links.
  TextLinks(const std::vector<TextNeighbor>& neighbors, const Store* store);
  // Ends the connections at once.
  ~TextLinks();

  // Any thread. There is a link with that neighbour, or is none any more. It may be none of these.
  void SetLinked(const std::string& neighbor, bool linked);
  // Any thread. The store has something new.
  void Wake();
  // Any thread, after the last Wake. Until the neighbours that are there have been sent all there
  // is, or the deadline; says which.
  bool AwaitTold(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Any thread. In the order in which they were given.
  std::vector<TextLinkStatus> Describe() const;

 private:
  void Run();
  void EndRound() ABSL_LOCKS_EXCLUDED(mutex_);

  EventLoop loop_;
  std::vector<std::unique_ptr<TextLink>> links_;
  std::atomic<bool> woken_{false};
  bool awaited_ = false;  // of the thread
  absl::Mutex mutex_;
  bool told_all_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace herd::net
