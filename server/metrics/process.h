// What the operating system says of this process.
//
// Any thread. What cannot be read is 0, or nothing where 0 would mislead.
#pragma once

#include <cstdint>
#include <optional>

namespace herd::metrics {

struct ProcessUse {
  // Of all threads, in user and kernel mode together.
  double cpu_seconds = 0;
  std::uint64_t virtual_bytes = 0;
  // Not when none is left to count them with.
  std::optional<std::uint64_t> open_descriptors;
  std::uint64_t threads = 0;
};

ProcessUse ReadProcessUse();

}  // namespace herd::metrics
