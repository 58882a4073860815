#include "client/commands/message_json.h"

#include "google/protobuf/util/json_util.h"

namespace herd::client {

std::string ToJsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  // Fails only for what our messages have not.
  static_cast<void>(google::protobuf::util::MessageToJsonString(message, &json, options));
  return json;
}

}  // namespace herd::client
