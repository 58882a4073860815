// The numbers by which one stream, in one direction, speaks of origins.
//
// Whoever sends numbers the origins in the order in which it first names them. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "herd/v1/propagate.pb.h"
#include "server/state/store.h"

namespace herd::peer {

using OriginDeclarations = google::protobuf::RepeatedPtrField<v1::Origin>;

// The sender's side.
class OriginWriter {
 public:
  explicit OriginWriter(const Store* store) : store_(store) {}

  // The number of that origin; declares it in `declarations` if it has none yet.
  std::uint32_t Number(OriginIndex origin, OriginDeclarations* declarations);

 private:
  static constexpr std::uint32_t kUndeclared = ~std::uint32_t{0};

  const Store* store_;
  std::vector<std::uint32_t> numbers_;  // by OriginIndex
  std::uint32_t declared_ = 0;
};

// The receiver's side.
class OriginReader {
 public:
  explicit OriginReader(Store* store) : store_(store) {}

  // Errors: INVALID_ARGUMENT for an origin that none can be, RESOURCE_EXHAUSTED for too many.
  absl::Status Declare(const OriginDeclarations& declarations);

  // nullopt: that number has not been declared.
  std::optional<OriginIndex> Find(std::uint32_t number) const;

 private:
  Store* store_;
  std::vector<OriginIndex> origins_;  // by number
};

}  // namespace herd::peer
