// A client's record as operators see it.
//
// Plain functions on values; know neither gRPC nor the store.
#pragma once

#include <string>
#include <string_view>

#include "herd/v1/operator.pb.h"
#include "server/operator/area.h"
#include "server/state/origin.h"

namespace herd {

// Each run of bytes that is not UTF-8 becomes U+FFFD, byte for byte.
std::string ToUtf8(std::string_view bytes);

// All but the origin. `place` is ToDegrees(update).
void ToMessage(const Update& update, const Degrees& place, v1::Client* client);
void SetOrigin(const OriginId& id, v1::Origin* origin);

}  // namespace herd
