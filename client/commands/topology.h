// herd-client topology: the configuration of a herd of any size, and what Kubernetes needs of it.
#pragma once

#include <string>

#include "client/commands/target.h"
#include "client/topology/numbered_herd.h"

namespace herd::client {

struct TopologyOptions {
  // No servers: the herd of the options for all commands.
  HerdSize size;
  // Write a component for kustomize to this folder; empty: print the JSON.
  std::string kubernetes_folder;
};

// Says on standard error what the graph is like.
int RunTopology(const HerdOptions& herd, const TopologyOptions& options);

}  // namespace herd::client
