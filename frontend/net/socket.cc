#include "frontend/net/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
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

bool IsIpv4(const Address& address) {
  constexpr std::array<std::uint8_t, 12> kPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kPrefix.begin(), kPrefix.end(), address.begin());
}

socklen_t ToSocketAddress(const Address& address, std::uint16_t port, sockaddr_storage* storage) {
  if (IsIpv4(address)) {
    auto* const ipv4 = reinterpret_cast<sockaddr_in*>(storage);
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = htons(port);
    std::memcpy(&ipv4->sin_addr, address.data() + 12, 4);
    return sizeof(sockaddr_in);
  }
  auto* const ipv6 = reinterpret_cast<sockaddr_in6*>(storage);
  ipv6->sin6_family = AF_INET6;
  ipv6->sin6_port = htons(port);
  std::memcpy(&ipv6->sin6_addr, address.data(), 16);
  return sizeof(sockaddr_in6);
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

std::optional<Address> ParseAddress(const std::string& text) {
  Address address{};
  address[10] = address[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), address.data() + 12) == 1) return address;
  if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

Descriptor Connect(const Address& address, std::uint16_t port) {
  sockaddr_storage storage{};
  const socklen_t size = ToSocketAddress(address, port, &storage);
  Descriptor socket(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return {};
  const int result = connect(socket.get(), reinterpret_cast<const sockaddr*>(&storage), size);
  if (result == 0 || errno == EINPROGRESS) return socket;
  return {};
}

int ConnectError(const Descriptor& socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void SetUserTimeout(const Descriptor& socket, int milliseconds) {
  SetOption(socket, SOL_SOCKET, SO_KEEPALIVE);
  const int seconds = std::max(1, milliseconds / 1000 / 2);
  setsockopt(socket.get(), IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
  setsockopt(socket.get(), IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof(seconds));
  setsockopt(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof(milliseconds));
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
