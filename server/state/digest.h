// What two maps are compared by: a sum over their records, so that it can be kept as they change.
//
// Plain values; the formula is that of Ack.digest in propagate.proto.
#pragma once

#include <cstdint>
#include <optional>

#include "server/state/nanos.h"
#include "server/state/origin.h"

namespace herd {

struct MapDigest {
  std::uint64_t sum = 0;
  // Whoever was last heard of before this is forgotten, and nobody else, see expiry.h; only maps of
  // the same are compared. 0: nobody is. nullopt: it is just being done, and there is nothing that
  // the sum could be compared with.
  std::optional<Nanos> forgotten_before = 0;

  friend bool operator==(const MapDigest&, const MapDigest&) = default;
  bool IsComparable(const MapDigest& other) const {
    return forgotten_before && forgotten_before == other.forgotten_before;
  }
};

std::uint64_t HashOrigin(const OriginId& id);

// What the record of a client adds to the digest of the map that holds it.
inline std::uint64_t DigestOf(std::uint64_t origin_hash, Sequence sequence) {
  std::uint64_t z = origin_hash + sequence * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace herd
