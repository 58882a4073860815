// Where a server listens.
#pragma once

#include <cstdint>
#include <string>

namespace herd::client {

struct Endpoint {
  // A host name or an address, IPv6 without brackets.
  std::string host;
  uint16_t port = 0;

  // "127.0.0.1:12070", "[::1]:12070".
  std::string ToString() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  }
};

}  // namespace herd::client
