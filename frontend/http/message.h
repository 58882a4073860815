// What is asked over HTTP/1, and what is answered. As much of HTTP as those need who read a page
// and send nothing: a request is its method and its path, and each connection carries one.
//
// Plain values. Knows no socket.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace herd::http {

struct Request {
  std::string method;
  // Without what follows a "?".
  std::string path;
};

struct Reply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// How many bytes the head of the request takes, with the empty line that ends it; 0: that has not
// come yet.
std::size_t HeadSize(std::string_view input);

// Errors: INVALID_ARGUMENT, that is no head of a request.
absl::StatusOr<Request> ParseHead(std::string_view head);

// As it goes over the wire; the server then closes.
std::string ToText(const Reply& reply, bool with_body);

}  // namespace herd::http
