// One command, one reply: herd-client iamat and herd-client whatsat.
//
// The operands go to the server as they are, since the server says what it accepts. Refused here is
// only what would change the meaning of the line: an empty operand, or white space in one.
#pragma once

#include <cstdint>
#include <string>

#include "client/commands/target.h"

namespace herd::client {

struct IamatOptions {
  std::string server;
  std::string id;
  std::string position;
  // "now", or the client time as the line is to have it.
  std::string time = "now";
};

struct WhatsatOptions {
  std::string server;
  std::string id;
  std::string radius;
  std::string bound;
};

// Nanoseconds since the POSIX epoch, not negative, as an IAMAT has them: "1520023934.918963997".
std::string ToClientTime(int64_t posix_ns);

// Both print the reply as it came and return the exit status.
int RunIamat(const HerdOptions& herd, const IamatOptions& options);
int RunWhatsat(const HerdOptions& herd, const WhatsatOptions& options);

}  // namespace herd::client
