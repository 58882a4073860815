// herd-client config: prints the herd's configuration, or checks a file.
#pragma once

#include <string>

#include "client/commands/target.h"

namespace herd::client {

// Prints the JSON of the herd that `options` name, complete: hosts stated, edges at both ends.
int RunConfig(const HerdOptions& options);

// Returns kExitFailed when the file is no herd's.
int RunConfigCheck(const std::string& path);

}  // namespace herd::client
