// A request and its reply as plain values: what the HTTP door hands to what answers, and back.
#pragma once

#include <functional>
#include <string>

#include "client/standin/nearby_query.h"

namespace herd::standin {

struct Request {
  std::string path;       // "/maps/api/place/nearbysearch/json"
  Parameters parameters;  // decoded
};

struct Reply {
  int http_status = 200;
  std::string content_type;
  std::string body;
};

// Called by many threads at once.
using Answerer = std::function<Reply(const Request&)>;

}  // namespace herd::standin
