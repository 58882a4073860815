#include "frontend/net/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace herd::net {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::StatusOr<AddressList> Resolve(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot resolve the address ", address, ": ", gai_strerror(error)));
  }
  return AddressList(found, &freeaddrinfo);
}

void SetOption(const Descriptor& socket, int level, int option) {
  const int on = 1;
  setsockopt(socket.get(), level, option, &on, sizeof(on));
}

std::string Name(const sockaddr_storage& address, socklen_t size) {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof(host), port,
                  sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "unknown";
  }
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

Address ToAddress(const sockaddr_storage& address) {
  Address bytes{};
  if (address.ss_family == AF_INET6) {
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  } else {
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  }
  return bytes;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<Descriptor> Listen(const std::string& address, std::uint16_t port, bool shared,
                                  const std::string& purpose) {
  absl::StatusOr<AddressList> addresses = Resolve(address, port);
  if (!addresses.ok()) return addresses.status();
  const addrinfo& first = **addresses;
  Descriptor socket(::socket(first.ai_family, first.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             first.ai_protocol));
  if (socket.valid()) {
    SetOption(socket, SOL_SOCKET, SO_REUSEADDR);
    if (shared) SetOption(socket, SOL_SOCKET, SO_REUSEPORT);
    if (bind(socket.get(), first.ai_addr, first.ai_addrlen) == 0 &&
        listen(socket.get(), SOMAXCONN) == 0) {
      return socket;
    }
  }
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, " port ", port, " for ",
                                             purpose, ": ", std::strerror(errno)));
}

Arrival Accept(const Descriptor& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  Descriptor socket(accept4(listener.get(), reinterpret_cast<sockaddr*>(&address), &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
  return {std::move(socket), ToAddress(address)};
}

std::uint16_t LocalPort(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  // The port stands in the same place in sockaddr_in and sockaddr_in6.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

std::string PeerName(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getpeername(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return "unknown";
  }
  return Name(address, size);
}

std::size_t ReadableBytes(const Descriptor& socket) {
  int bytes = 0;
  if (ioctl(socket.get(), FIONREAD, &bytes) != 0) return 0;
  return static_cast<std::size_t>(bytes);
}

void SetNoDelay(const Descriptor& socket) { SetOption(socket, IPPROTO_TCP, TCP_NODELAY); }

}  // namespace herd::net
