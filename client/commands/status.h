// herd-client status: asks every server of the herd how it is.
#pragma once

#include <chrono>

#include "client/commands/target.h"

namespace herd::client {

struct StatusOptions {
  // How long to wait for a herd that is not whole yet.
  std::chrono::milliseconds wait{0};
  bool json = false;
};

// Prints the table, or the JSON. Returns kExitOk when every server answers and all its links are
// up; otherwise names what is missing and returns kExitFailed.
int RunStatus(const HerdOptions& options, const StatusOptions& status);

}  // namespace herd::client
