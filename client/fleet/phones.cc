#include "client/fleet/phones.h"

namespace herd::client {

Phones::Phones(const FleetPlan& plan, Nanos start, Nanos posix_start)
    : plan_(plan), start_(start), posix_start_(posix_start) {
  Dice seeds(plan.seed);
  walks_.reserve(plan.phones);
  for (std::uint32_t i = 0; i < plan.phones; ++i) walks_.emplace_back(seeds.Next(), plan.radius_m);
}

// The rounds are whole intervals, so that no phone's times drift.
Nanos Phones::SinceStart() const {
  const auto round = static_cast<Nanos>(made_ / plan_.phones);
  const auto phone = static_cast<double>(made_ % plan_.phones);
  const double share = phone / static_cast<double>(plan_.phones);
  return round * plan_.interval + static_cast<Nanos>(share * static_cast<double>(plan_.interval));
}

Nanos Phones::next() const { return start_ + SinceStart(); }

Report Phones::Make() {
  const Nanos since_start = SinceStart();
  const auto phone = static_cast<std::uint32_t>(made_ % plan_.phones);
  Walk& walk = walks_[phone];
  if (made_ >= plan_.phones) {
    walk.Advance(static_cast<double>(plan_.interval) / static_cast<double>(kNanosPerSecond));
  }
  ++made_;
  const Place place = Beside(plan_.center, walk.east_m(), walk.north_m());
  return {.phone = phone,
          .operands = ReportOperands(phone, place, posix_start_ + since_start),
          .made = start_ + since_start};
}

}  // namespace herd::client
