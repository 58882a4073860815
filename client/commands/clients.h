// herd-client clients: the clients that a server holds.
#pragma once

#include <cstdint>
#include <string>

#include "client/commands/target.h"
#include "client/commands/where.h"

namespace herd::client {

struct ClientsOptions {
  // Who is asked.
  std::string server;
  // Only those; empty: all.
  std::string prefix;
  std::string reported_to;
  Near near;
  // At most so many; 0: all.
  uint64_t limit = 100;
  bool json = false;
};

// Prints a line for each. Returns the exit status.
int RunClients(const HerdOptions& herd, const ClientsOptions& options);

}  // namespace herd::client
