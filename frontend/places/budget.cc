#include "frontend/places/budget.h"

#include <algorithm>

namespace herd::places {

Budget::Limit Budget::Take(Time now, Date today) {
  if (today > day_) {
    day_ = today;
    taken_ = 0;
  }
  if (options_.per_day > 0 && taken_ >= options_.per_day) return Limit::kDay;
  if (options_.per_second > 0) {
    Refill(now);
    if (ready_ < 1) return Limit::kRate;
    ready_ -= 1;
  }
  ++taken_;
  return Limit::kNone;
}

void Budget::Refill(Time now) {
  const std::chrono::duration<double> passed = now - refilled_.value_or(now);
  ready_ = refilled_ ? std::min(Most(), ready_ + passed.count() * options_.per_second) : Most();
  refilled_ = now;
}

}  // namespace herd::places
