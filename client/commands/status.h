// herd-client status: asks every server of the herd how it is.
#pragma once

#include <chrono>

#include "client/commands/target.h"

namespace herd::client {

struct StatusOptions {
  // How long to wait for a herd that is not whole yet.
  std::chrono::milliseconds wait{0};
  // Show it again every second, until Ctrl-C.
  bool watch = false;
  bool json = false;
};

// Prints the table, or the JSON. Returns kExitOk when every server answers and all its links are
// up; otherwise names what is missing and returns kExitFailed.
// With `watch` it returns only when it cannot go on.
int RunStatus(const HerdOptions& options, const StatusOptions& status);

}  // namespace herd::client
