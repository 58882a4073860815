// A request and its reply as plain values: what the HTTP door hands to what answers, and back.
#pragma once

#include <functional>
#include <string>

#include "client/standin/nearby_query.h"

namespace herd::standin {

struct Request {
  std::string method;      // "GET"
  std::string path;        // "/maps/api/place/nearbysearch/json"
  Parameters parameters;   // decoded
  std::string api_key;     // of the header X-Goog-Api-Key
  std::string field_mask;  // of the header X-Goog-FieldMask
  std::string body;
};

struct Reply {
  int http_status = 200;
  std::string content_type;
  std::string body;
  // Where a redirect leads; empty: none.
  std::string location;
  // The body is said to be longer than it is, and the connection is closed behind it.
  bool truncated = false;
};

// Called by many threads at once.
using Answerer = std::function<Reply(const Request&)>;

}  // namespace herd::standin
