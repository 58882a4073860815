// herd-client watch: what happens to clients, one line an event, until Ctrl-C.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/commands/target.h"
#include "client/commands/where.h"
#include "herd/v1/operator.pb.h"

namespace herd::client {

struct WatchOptions {
  std::string server;
  Near near;
  // Empty: all.
  std::vector<std::string> ids;
  // After so many events it is enough; 0: never.
  uint64_t count = 0;
  bool json = false;
};

// "entered  kiwi  +34.068930-118.445127  at Goloman"
std::string EventLine(const v1::ClientEvent& event);

// Prints events as they come, and what was missed. Returns the exit status: kExitFailed when the
// server ends the watch.
int RunWatch(const HerdOptions& herd, const WatchOptions& options);

}  // namespace herd::client
