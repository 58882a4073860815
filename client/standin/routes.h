// Which path is answered by what.
#pragma once

#include <cstdint>

#include "client/standin/exchange.h"
#include "client/standin/faults.h"
#include "client/standin/nearby_search.h"

namespace herd::standin {

// Any thread. `faults` may be null: none then, and nobody can ask for any. `now_ms` is milliseconds
// since the POSIX epoch.
Reply Route(const NearbySearch& nearby, Faults* faults, const Request& request, int64_t now_ms);

}  // namespace herd::standin
