// Messages of the Operator service as JSON: protobuf's own form, field names as in the .proto.
#pragma once

#include <string>

#include "google/protobuf/message.h"

namespace herd::client {

// One line, without its end. 64-bit numbers are strings, since many JSON readers keep 53 bits.
std::string ToJsonLine(const google::protobuf::Message& message);

}  // namespace herd::client
