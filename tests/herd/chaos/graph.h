// Who is connected with whom.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/config/herd_config.h"

namespace herd::test {

using Edge = std::pair<std::string, std::string>;
using Servers = std::set<std::string>;

// Each edge once.
std::vector<Edge> EdgesOf(const config::HerdConfig& herd);

// Those of the servers that reach each other over the edges between them.
std::vector<Servers> Components(const Servers& servers, const std::vector<Edge>& edges);

}  // namespace herd::test
