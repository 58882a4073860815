#include "server/log/burst.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::log {

void Burst::Write(Level level, Nanos now, absl::FunctionRef<std::string()> line) {
  const std::uint64_t times = Note(now);
  if (times == 0) return;
  log::Write(level, times == 1 ? line()
                               : absl::StrCat(line(), " (this and the like: ", times,
                                              " times since it was last said)"));
}

std::uint64_t Burst::Note(Nanos now) {
  absl::MutexLock lock(&mutex_);
  ++times_;
  if (written_ && now - written_at_ < kPause) return 0;
  written_ = true;
  written_at_ = now;
  return std::exchange(times_, 0);
}

}  // namespace herd::log
