// A client's record as operators see it.
//
// Plain functions on values; know neither gRPC nor the store.
#pragma once

#include <string_view>

#include "herd/v1/operator.pb.h"
#include "server/operator/area.h"
#include "server/state/origin.h"

namespace herd {

// The id, also when it is not UTF-8.
void SetClientId(std::string_view client_id, v1::Client* client);
// All but the origin. `place` is ToDegrees(update).
void ToMessage(const Update& update, const Degrees& place, v1::Client* client);
void SetOrigin(const OriginId& id, v1::Origin* origin);

}  // namespace herd
