// herd-client drain: makes a server leave the herd now.
#pragma once

#include <string>

#include "client/commands/target.h"

namespace herd::client {

struct DrainOptions {
  std::string server;
  bool json = false;
};

// Returns when the server has said that it leaves. Returns the exit status.
int RunDrain(const HerdOptions& herd, const DrainOptions& options);

}  // namespace herd::client
