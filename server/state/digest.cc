#include "server/state/digest.h"

namespace herd {
namespace {

constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325;
constexpr std::uint64_t kFnvPrime = 0x100000001b3;

}  // namespace

std::uint64_t HashOrigin(const OriginId& id) {
  std::uint64_t hash = kFnvOffset;
  const auto add = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * kFnvPrime; };
  for (const char c : id.server) add(static_cast<std::uint8_t>(c));
  for (int shift = 0; shift < 64; shift += 8) add(static_cast<std::uint8_t>(id.start_ns >> shift));
  return hash;
}

}  // namespace herd
