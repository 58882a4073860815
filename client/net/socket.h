// A TCP socket that never waits, for those who watch many at once. See text_connection.h for one
// that does.
//
// One thread. Nothing here raises SIGPIPE.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/net/endpoint.h"

namespace herd::client {

struct Address {
  sockaddr_storage storage;
  socklen_t size;
};

// All addresses of the host, at least one; waits for the resolver.
// Errors: Unavailable; the message names the endpoint and the reason.
absl::StatusOr<std::vector<Address>> Resolve(const Endpoint& endpoint);

// What a call says that did not succeed: an errno. Success is 0.
using Errno = int;

class Socket {
 public:
  Socket() = default;
  ~Socket();
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  // Begins to connect; once the socket is writable, DialError says how it went.
  Errno Dial(const Address& address);
  Errno DialError() const;
  void Close();

  int fd() const { return fd_; }

  struct Transfer {
    std::size_t bytes = 0;
    // EAGAIN when nothing can be moved now.
    Errno error = 0;
  };

  // Reads once. No bytes and no error: the server has closed its side.
  Transfer Read(char* to, std::size_t size);
  // Writes once; maybe not all.
  Transfer Write(std::string_view bytes);

 private:
  int fd_ = -1;
};

}  // namespace herd::client
