// A line for the log that strangers can cause as often as they like: it is written at the beginning
// of a burst and, while that lasts, every ten seconds, with how many there were.
//
// Any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "server/log/log.h"

namespace herd::log {

class Burst {
 public:
  static constexpr std::int64_t kPauseNs = 10'000'000'000;

  // It has happened once more, at that time, in nanoseconds, of a clock that does not go back. Asks
  // for the line when it is time to write one.
  void Write(Level level, std::int64_t now_ns, absl::FunctionRef<std::string()> line)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // How often it has happened since the last line, when it is time for another one; else 0.
  std::uint64_t Note(std::int64_t now_ns) ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  bool written_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t written_at_ns_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t times_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace herd::log
