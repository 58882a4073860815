#include "frontend/http/message.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace herd::http {
namespace {

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

bool IsMethod(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

// Up to the separator; takes it and what is before it off the text.
std::string_view Take(std::string_view* text, char separator) {
  const std::size_t end = std::min(text->find(separator), text->size());
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return word;
}

}  // namespace

std::size_t HeadSize(std::string_view input) {
  constexpr std::string_view kEnds[] = {"\r\n\r\n", "\n\n"};
  std::size_t size = 0;
  for (const std::string_view end : kEnds) {
    const std::size_t at = input.find(end);
    if (at == std::string_view::npos) continue;
    if (size == 0 || at + end.size() < size) size = at + end.size();
  }
  return size;
}

absl::StatusOr<Request> ParseHead(std::string_view head) {
  std::string_view line = Take(&head, '\n');
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const std::string_view method = Take(&line, ' ');
  std::string_view target = Take(&line, ' ');
  const bool is_http = line == "HTTP/1.1" || line == "HTTP/1.0";
  if (!IsMethod(method) || target.empty() || !is_http) {
    return absl::InvalidArgumentError("not an HTTP/1 request");
  }
  return Request{.method = std::string(method), .path = std::string(Take(&target, '?'))};
}

std::string ToText(const Reply& reply, bool with_body) {
  return absl::StrCat("HTTP/1.1 ", reply.status, " ", Reason(reply.status),
                      "\r\nContent-Type: ", reply.content_type,
                      "\r\nContent-Length: ", reply.body.size(),
                      reply.status == 405 ? "\r\nAllow: GET, HEAD" : "",
                      "\r\nConnection: close\r\n\r\n", with_body ? reply.body : "");
}

}  // namespace herd::http
