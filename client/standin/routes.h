// Which path is answered by what.
#pragma once

#include "client/standin/exchange.h"
#include "client/standin/nearby_search.h"

namespace herd::standin {

// Any thread.
Reply Route(const NearbySearch& nearby, const Request& request);

}  // namespace herd::standin
