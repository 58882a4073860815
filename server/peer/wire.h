// Updates and origins as they cross between servers: propagate.proto's, and ours.
//
// Plain functions on values.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "herd/v1/propagate.pb.h"
#include "server/state/origin.h"

namespace herd::peer {

// `previous` is the number of the update before it in the range.
void ToWire(const Update& update, Sequence previous, v1::Update* out);

// Replaces `updates` by those of the range; the views last as long as the range does.
// Errors: INVALID_ARGUMENT, saying which update breaks which rule of propagate.proto.
absl::Status FromWire(const v1::Range& range, std::vector<Update>* updates);

void ToWire(const OriginId& id, v1::Origin* out);

}  // namespace herd::peer
