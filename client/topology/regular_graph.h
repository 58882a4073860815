// Who talks with whom in a herd of any size: a graph in which every server has as many neighbours,
// and all are few links from each other.
//
// Pure, and without chance: the same numbers give the same graph everywhere.
#pragma once

#include <vector>

namespace herd::client {

// Servers are spoken of by number; each one's neighbours are sorted.
using Graph = std::vector<std::vector<int>>;

// A ring, so that no one server parts the others, and on top of it links between those that are
// farthest from each other, until each has `degree`; where that cannot be, as with 5 servers of 3
// neighbours each, some have one fewer. `servers` is at least 1, `degree` is at least 2 unless
// there are fewer other servers, and is cut to the number of these.
Graph RegularGraph(int servers, int degree);

// The most links between any two servers.
int Diameter(const Graph& graph);

}  // namespace herd::client
