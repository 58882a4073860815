// Sockets: owning their descriptors, and the few calls that the front door makes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace herd::net {

// An IPv6 address in the order of the network; an IPv4 address as ::ffff:a.b.c.d.
using Address = std::array<std::uint8_t, 16>;

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  // To one that closes it.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// A non-blocking socket that listens for TCP on `address` (a name or an IP address) and `port`
// (0: any that is free). With `shared`, other sockets of this process may listen there too, and the
// kernel deals the connections out among them.
// Errors: the address cannot be resolved or listened on; the message names both, says what for, as
// in "clients", and why.
absl::StatusOr<Descriptor> Listen(const std::string& address, std::uint16_t port, bool shared,
                                  const std::string& purpose);

// An IP address as people write it, IPv6 without brackets. nullopt: it is none; a name is none.
std::optional<Address> ParseAddress(const std::string& text);

// A non-blocking socket that is being connected to that address: when it is writable, or broken,
// ConnectError says what has come of that. Not valid, with errno: it could not begin.
Descriptor Connect(const Address& address, std::uint16_t port);
// 0: there is none; else an errno.
int ConnectError(const Descriptor& socket);

// The connection breaks when the other side has not answered the kernel for so long.
void SetUserTimeout(const Descriptor& socket, int milliseconds);

// The port that a socket is bound to.
std::uint16_t LocalPort(const Descriptor& socket);

// "127.0.0.1:43210" or "[::1]:43210".
std::string PeerName(const Descriptor& socket);

// A connection that has arrived at a listening socket, without waiting for one: not valid, with
// errno, when there is none.
struct Arrival {
  Descriptor socket;
  Address from{};
};
Arrival Accept(const Descriptor& listener);

// Bytes that have arrived and have not been read.
std::size_t ReadableBytes(const Descriptor& socket);

// Replies leave when they are written, not when they fill a packet.
void SetNoDelay(const Descriptor& socket);

}  // namespace herd::net
