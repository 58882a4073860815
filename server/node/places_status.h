// The counters of Places as operators get them.
#pragma once

#include "frontend/places/counters.h"
#include "herd/v1/operator.pb.h"

namespace herd {

void FillIn(const places::Counters& counters, v1::Places* status);

}  // namespace herd
