// herd-client neighbors: each server's links, in both directions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/commands/target.h"
#include "herd/v1/operator.pb.h"

namespace herd::client {

struct NeighborsOptions {
  // Empty: all servers.
  std::string server;
  bool json = false;
};

struct ServerLinks {
  std::string server;
  std::string endpoint;
  absl::StatusOr<v1::ListNeighborsResponse> answer;
};

// One row a link, why it is down beneath it. 80 columns, with names of up to ten characters.
// `now_ns`: since the POSIX epoch.
std::string LinksTable(const std::vector<ServerLinks>& servers, uint64_t now_ns, bool on_terminal);

// Returns the exit status: kExitFailed when a server does not answer, or a link is down.
int RunNeighbors(const HerdOptions& herd, const NeighborsOptions& options);

}  // namespace herd::client
