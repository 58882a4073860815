#include "frontend/places/outage.h"

#include <utility>

namespace herd::places {

bool Outage::Fail(const std::string& cause, Time now) {
  ++failures_;
  if (cause == told_) return false;
  if (last_told_ && now - *last_told_ < kTellAgainAfter) return false;
  if (told_.empty()) failures_ = 1;
  last_told_ = now;
  told_ = cause;
  return true;
}

std::optional<uint64_t> Outage::Succeed() {
  if (std::exchange(told_, "").empty()) return std::nullopt;
  return failures_;
}

}  // namespace herd::places
