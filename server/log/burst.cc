#include "server/log/burst.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::log {

void Burst::Write(Level level, std::int64_t now_ns, absl::FunctionRef<std::string()> line) {
  const std::uint64_t times = Note(now_ns);
  if (times == 0) return;
  log::Write(level, times == 1 ? line()
                               : absl::StrCat(line(), " (this and the like: ", times,
                                              " times since it was last said)"));
}

std::uint64_t Burst::Note(std::int64_t now_ns) {
  absl::MutexLock lock(&mutex_);
  ++times_;
  if (written_ && now_ns - written_at_ns_ < kPauseNs) return 0;
  written_ = true;
  written_at_ns_ = now_ns;
  return std::exchange(times_, 0);
}

}  // namespace herd::log
