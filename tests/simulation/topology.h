// Who talks with whom: graphs of servers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/random.h"

namespace herd::simulation {

// Connected, without loops and double edges. Servers are spoken of by number.
struct Graph {
  std::string kind;
  std::vector<std::string> names;
  // Each server's neighbours in the order of their names, as the configuration has them.
  std::vector<std::vector<int>> neighbors;

  int servers() const { return static_cast<int>(names.size()); }
  // Both ends of each edge, the lower number first.
  std::vector<std::pair<int, int>> edges() const;
  // The most links between any two servers.
  int Diameter() const;
};

// The five of the default configuration.
Graph DefaultHerd();
Graph Line(int servers);
Graph Ring(int servers);
Graph Star(int servers);
Graph FullMesh(int servers);
// A tree, and on top of it that many edges as far as there is room.
Graph RandomConnected(int servers, int more_edges, Random* random);
// Every server has that many neighbours, or close to it: cycles through all servers, in random
// order. What a large herd would be configured as.
Graph RandomRegular(int servers, int degree, Random* random);

// Any of these.
Graph RandomGraph(int servers, Random* random);

}  // namespace herd::simulation
