// herd-client load: puts a load on servers and tells how they bear it.
#pragma once

#include <string>
#include <vector>

#include "client/commands/target.h"
#include "client/load/plan.h"

namespace herd::client {

struct LoadOptions {
  // Names, or HOST:PORT; none: all servers of the herd.
  std::vector<std::string> servers;
  // All but the servers and the timeout.
  LoadPlan plan;
  // Where to write JSON: a path, "-" for standard output, empty for nowhere.
  std::string json;
};

// Prints the table to standard output (to standard error when the JSON goes there). Returns the
// exit status: kExitFailed when anything went wrong on the way.
int RunLoadCommand(const HerdOptions& herd, const LoadOptions& options);

// Errors: InvalidArgument, the message names the value.
absl::StatusOr<std::vector<LoadServer>> FindLoadServers(const HerdOptions& herd,
                                                        const std::vector<std::string>& servers);

// Writes it to a path, or to standard output for "-". Errors: Unavailable, with path and reason.
absl::Status WriteReport(const std::string& path, const std::string& text);

}  // namespace herd::client
