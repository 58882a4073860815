#include "frontend/net/door_counters.h"

namespace herd::net {

void DoorCounts::Add(const DoorCounters& counters) {
  accepted += counters.accepted.value();
  accept_failures += counters.accept_failures.value();
  refused += counters.refused.value();
  refused_of_address += counters.refused_of_address.value();
  for (std::size_t i = 0; i < kClosures; ++i) closed[i] += counters.closed[i].value();
  received_bytes += counters.received_bytes.value();
  sent_bytes += counters.sent_bytes.value();
  for (std::size_t i = 0; i < kWaitedForKinds; ++i) {
    reply_times[i] += counters.reply_times[i].Read();
  }
}

void DoorCounts::Add(const CommandCounters& counters) {
  reports += counters.reports.value();
  // What is told of those that were found must never go back.
  const std::uint64_t unknown_ones = counters.unknown.value();
  lookups += counters.found.value() + unknown_ones;
  unknown += unknown_ones;
  refused_clients += counters.refused.value();
  invalid += counters.invalid.value();
  cut_off += counters.cut_off.value();
  relays += counters.relays.value();
  refused_relays += counters.refused_relays.value();
  invalid_relays += counters.invalid_relays.value();
}

}  // namespace herd::net
