#include "frontend/places/outage.h"

namespace herd::places {

bool Outage::Fail(Time now) {
  ++failures_;
  const bool begins = !out_;
  out_ = true;
  if (!begins && told_) return false;
  if (last_told_ && now - *last_told_ < kTellAgainAfter) return false;
  last_told_ = now;
  told_ = true;
  failures_ = 1;
  return true;
}

std::optional<uint64_t> Outage::Succeed() {
  out_ = false;
  if (!told_) return std::nullopt;
  told_ = false;
  return failures_;
}

}  // namespace herd::places
