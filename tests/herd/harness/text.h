// The lines of the text protocol, as tests write and recognise them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace herd::test {

inline constexpr char kPosition[] = "+34.068930-118.445127";

// "IAMAT walker-7 +34.068930-118.445127 1520023934.918963997", no line end.
std::string Iamat(std::string_view client_id, std::string_view time,
                  std::string_view position = kPosition);
std::string Whatsat(std::string_view client_id, int bound = 5);

// What `line` says after server and difference, if it is the AT reply of that server: "AT ", its
// name, a sign, seconds with nine decimals, and the rest, with its line end. Else empty.
std::string_view AfterSkew(std::string_view line, std::string_view server);

// Whether `line` is that server's reply to that IAMAT.
bool IsReplyTo(std::string_view iamat, std::string_view server, std::string_view line);

// Of a WHATSAT's reply: its first line, without its line end.
std::string_view AtLine(std::string_view reply);

}  // namespace herd::test
