// What makes a list of servers a herd.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/config/herd_config.h"

namespace herd::config {

inline constexpr size_t kMaxNameBytes = 64;
inline constexpr size_t kMaxHostBytes = 255;

// How an error message names a server: `servers[2] "Holiday"`.
std::string Place(size_t index, std::string_view name);

// Checks the rules, then puts every edge at both of its ends and sorts the neighbors by name.
//   1. There is at least one server.
//   2. Names: 1 to 64 bytes of letters, digits, '_', '-', '.'; no two alike.
//   3. Hosts: 1 to 255 bytes of letters, digits and "._-:%".
//   4. No port is 0, but that for metrics, and of a text server those for neighbors and operators,
//      both or none; and no two ports of one host are alike, whatever they are for.
//   5. A neighbor is another server of the herd, and stands in a list once.
//   6. From each server there is a way along edges to every other.
// Errors: InvalidArgument. `herd` is then unchanged.
absl::Status CompleteHerd(HerdConfig& herd);

}  // namespace herd::config
