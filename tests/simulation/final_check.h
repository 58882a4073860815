// Whether a herd that has come to rest is as it should be.
#pragma once

#include <vector>

#include "tests/simulation/ledger.h"
#include "tests/simulation/simulated_herd.h"
#include "tests/simulation/watch.h"

namespace herd::simulation {

// The servers that are up, by who can reach whom.
std::vector<std::vector<int>> Components(SimulatedHerd* herd);

// Servers that can reach each other have equal vectors and equal maps, nothing promised is missing,
// nobody waits for a reply, and no more is kept than the map needs.
void CheckAtRest(SimulatedHerd* herd, const Ledger& ledger, Watch* watch);

}  // namespace herd::simulation
