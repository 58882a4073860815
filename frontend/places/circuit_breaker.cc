#include "frontend/places/circuit_breaker.h"

#include <algorithm>

namespace herd::places {
namespace {

constexpr int kMostDoublings = 20;

}  // namespace

CircuitBreaker::Pass CircuitBreaker::Ask(Time now) {
  if (!open_) return Pass::kCall;
  if (probing_ || now < open_until_) return Pass::kNone;
  probing_ = true;
  return Pass::kProbe;
}

bool CircuitBreaker::Succeed() {
  const bool changes = open_;
  open_ = probing_ = false;
  failures_ = doublings_ = 0;
  return changes;
}

bool CircuitBreaker::Fail(Pass pass, Time now) {
  ++failures_;
  if (pass == Pass::kProbe && open_) {
    probing_ = false;
    Open(now);
    return true;
  }
  // What was under way when it opened changes nothing.
  if (open_ || options_.failures == 0 || failures_ < options_.failures) return false;
  Open(now);
  return true;
}

void CircuitBreaker::GiveBack(Pass pass) {
  if (pass == Pass::kProbe) probing_ = false;
}

void CircuitBreaker::Open(Time now) {
  const auto full = std::min<std::int64_t>(options_.first_pause.count() << doublings_,
                                           options_.longest_pause.count());
  pause_ = Milliseconds(std::uniform_int_distribution<std::int64_t>(full / 2, full)(random_));
  doublings_ = std::min(doublings_ + 1, kMostDoublings);
  open_ = true;
  open_until_ = now + pause_;
  ++openings_;
}

BreakerState CircuitBreaker::state(Time now) const {
  if (!open_) return BreakerState::kClosed;
  return now < open_until_ ? BreakerState::kOpen : BreakerState::kHalfOpen;
}

}  // namespace herd::places
