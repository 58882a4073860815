// Whether a line is the reply to a request. Plain functions, no state.
#pragma once

#include <string>
#include <string_view>

#include "client/load/errors.h"
#include "client/load/request.h"

namespace herd::client {

struct Judgement {
  bool is_right = true;
  // Why it is not.
  ErrorKind kind = ErrorKind::kMalformed;
  // Whether a document follows the line.
  bool has_document = false;
};

// "AT ", and the client's id in its place. `line` has no line end.
bool HasRightClient(std::string_view line, const Request& request, const RequestText& text);

// The whole line: also server, difference, position and time are well formed, and the last two of a
// report's reply are those that were sent, byte for byte.
Judgement Judge(std::string_view line, const Request& request, const RequestText& text);

// "the reply to c000000000000007's IAMAT is "AT ..."", for a person.
std::string Describe(std::string_view line, const Request& request, const RequestText& text);

// Where the first line end stands that follows another one; npos if there is none.
std::size_t FindBlankLine(std::string_view bytes);

}  // namespace herd::client
