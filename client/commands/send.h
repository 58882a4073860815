// herd-client send: lines from standard input to a server, its replies to standard output.
#pragma once

#include <string>

#include "client/commands/target.h"

namespace herd::client {

// Half-closes at the end of the input and waits for every reply. On a terminal it prompts for each
// command once the reply to the one before is there. Returns the exit status: kExitFailed also when
// the server refused a command of an input that is no terminal.
int RunSend(const HerdOptions& herd, const std::string& server);

}  // namespace herd::client
