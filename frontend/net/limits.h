// What clients may take of a front door, all together and each by itself.
#pragma once

#include <cstddef>

#include "server/state/nanos.h"

namespace herd::net {

struct Limits {
  // Connections at a time: of all, and of one address, see Admission. A further one is closed at
  // once.
  std::size_t connections = 1'000'000;
  std::size_t connections_per_address = 1'000'000;
  // A connection is closed when the client has not said anything, waiting for nothing, for so long;
  // has not finished the line that it began, or the TLS handshake; has taken nothing of its
  // replies. 0: never.
  Nanos idle = 3600 * kNanosPerSecond;
  Nanos line = 30 * kNanosPerSecond;
  Nanos reply = 60 * kNanosPerSecond;
  // Bytes that are kept for all clients: commands that are not done with, and replies that have not
  // left. While there are more, a connection is closed whose part is more than an equal share.
  std::size_t pending_bytes = std::size_t{256} << 20;
};

// Why this side has closed a connection.
enum class Closure {
  kIdle,
  kUnfinishedLine,
  kUntakenReplies,
  kPendingBytes,
  kUnfinishedHandshake,
  kFailedHandshake
};
inline constexpr std::size_t kClosures = 6;

}  // namespace herd::net
