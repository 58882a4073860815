// The configuration of a herd of any size, whose servers are numbered.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/config/herd_config.h"

namespace herd::client {

inline constexpr int kMaxServers = 1000;
inline constexpr int kMaxDegree = 64;

struct HerdSize {
  int servers = 0;  // 1 to kMaxServers
  int degree = 3;   // neighbours of each, 2 to kMaxDegree
};

// Server0, Server1, ..., all on loopback, each with ports of its own: clients from 12070 on,
// neighbours and operators on the next hundreds that are free.
// Errors: InvalidArgument, a size is out of bounds.
absl::StatusOr<config::HerdConfig> NumberedHerd(const HerdSize& size);

// "12 servers, 18 links; 3 to 3 neighbors each, 3 links at most from one to another"
std::string Describe(const config::HerdConfig& herd);

}  // namespace herd::client
