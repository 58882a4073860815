// What has happened at the front door since the start.
//
// Each thread of the door counts for itself; any thread may add up what all have counted.
#pragma once

#include <array>
#include <cstdint>

#include "frontend/net/limits.h"
#include "frontend/session/session.h"
#include "server/count/counter.h"
#include "server/count/durations.h"

namespace herd::net {

// Of one thread, beside what its sessions count.
struct DoorCounters {
  count::Counter accepted;
  // Times that no connection could be accepted, for want of descriptors or memory.
  count::Counter accept_failures;
  // Connections that were closed at once: too many of all, and of their address.
  count::Counter refused;
  count::Counter refused_of_address;
  // Connections that were closed later, by Closure.
  std::array<count::Counter, kClosures> closed;
  count::Counter received_bytes;
  count::Counter sent_bytes;
  // From the beginning of the round that read a command to its reply's having been handed to the
  // kernel, by what the reply waited for.
  std::array<count::DurationCounter, kWaitedForKinds> reply_times;
};

// Of all threads; plain values.
struct DoorCounts {
  void Add(const DoorCounters& counters);
  void Add(const CommandCounters& counters);

  std::uint64_t accepted = 0;
  std::uint64_t accept_failures = 0;
  std::uint64_t refused = 0;
  std::uint64_t refused_of_address = 0;
  std::array<std::uint64_t, kClosures> closed{};
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t reports = 0;
  std::uint64_t lookups = 0;
  // Reports of clients that are not known, when no more may be; lookups of such, and lines that are
  // no commands; of those, too long ones.
  std::uint64_t refused_clients = 0;
  std::uint64_t unknown = 0;
  std::uint64_t invalid = 0;
  std::uint64_t cut_off = 0;
  // See CommandCounters.
  std::uint64_t relays = 0;
  std::uint64_t refused_relays = 0;
  std::uint64_t invalid_relays = 0;
  // By WaitedFor.
  std::array<count::Durations, kWaitedForKinds> reply_times;
};

}  // namespace herd::net
