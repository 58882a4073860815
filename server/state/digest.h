// What two maps are compared by: a sum over their records, so that it can be kept as they change.
//
// Plain functions; the formula is that of Ack.digest in propagate.proto.
#pragma once

#include <cstdint>

#include "server/state/origin.h"

namespace herd {

std::uint64_t HashOrigin(const OriginId& id);

// What the record of a client adds to the digest of the map that holds it.
inline std::uint64_t DigestOf(std::uint64_t origin_hash, Sequence sequence) {
  std::uint64_t z = origin_hash + sequence * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace herd
