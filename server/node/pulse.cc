#include "server/node/pulse.h"

namespace herd {

std::vector<std::size_t> Pulse::Look(const std::vector<std::uint64_t>& turns, Nanos now) {
  if (turns_.empty()) {
    turns_ = turns;
    still_for_.assign(turns.size(), 0);
    looked_at_ = now;
  }
  const Nanos passed = now - looked_at_ > 2 * interval_ ? interval_ : now - looked_at_;
  looked_at_ = now;
  std::vector<std::size_t> stuck;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    still_for_[i] = turns[i] == turns_[i] ? still_for_[i] + passed : 0;
    turns_[i] = turns[i];
    if (still_for_[i] >= patience_) stuck.push_back(i);
  }
  return stuck;
}

}  // namespace herd
