// Origins and updates: the words that replication is spoken in. See propagate.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "server/state/fix.h"
#include "server/state/nanos.h"

namespace herd {

// Bytes of a server's name.
inline constexpr std::size_t kMaxServerName = 64;

// One run of one server.
struct OriginId {
  std::string server;
  // When the run began, since the POSIX epoch. Greater than 0.
  std::uint64_t start_ns = 0;

  friend bool operator==(const OriginId&, const OriginId&) = default;
  friend auto operator<=>(const OriginId&, const OriginId&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const OriginId& id) {
    return H::combine(std::move(state), id.server, id.start_ns);
  }
};

// An origin's number within one process, dense from 0.
using OriginIndex = std::uint16_t;

// The number of an update at its origin: 1, 2, 3, ... At most kMaxSequence.
using Sequence = std::uint64_t;
inline constexpr Sequence kMaxSequence = (Sequence{1} << 48) - 1;

// One update of one origin.
struct Version {
  OriginIndex origin = 0;
  Sequence sequence = 0;
};

// The updates that a reply speaks of, and those before them: at most one of each origin.
using Versions = absl::InlinedVector<Version, 1>;

// One client's report as its origin accepted it. The views live as long as what they were made of.
struct Update {
  std::string_view client_id;
  Sequence sequence = 0;
  Fix fix;
  // Only when fix.shape is 0. Each fits into a line, as the id does.
  FixText text;
  // The time on receipt less the client's time, of the server that got the report.
  Nanos skew = 0;
  // That server, if it is another than the origin's: a text neighbour, whose report the origin
  // relays. Else empty.
  std::string_view server = {};
};

}  // namespace herd
