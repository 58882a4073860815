#include "client/net/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"

namespace herd::client {

absl::StatusOr<std::vector<Address>> Resolve(const Endpoint& endpoint) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int error = getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    const char* const reason = error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error);
    return absl::UnavailableError(
        absl::StrCat("cannot connect to ", endpoint.ToString(), ": ", reason));
  }
  std::vector<Address> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    Address& address = addresses.emplace_back();
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
    address.size = each->ai_addrlen;
  }
  freeaddrinfo(found);
  return addresses;
}

Socket::~Socket() { Close(); }

void Socket::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

Errno Socket::Dial(const Address& address) {
  Close();
  fd_ = socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return errno;
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address.storage);
  if (connect(fd_, generic, address.size) == 0 || errno == EINPROGRESS) return 0;
  const Errno error = errno;
  Close();
  return error;
}

Errno Socket::DialError() const {
  Errno error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Socket::Transfer Socket::Read(char* to, std::size_t size) {
  const ssize_t count = recv(fd_, to, size, 0);
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  return {.error = errno == EINTR ? EAGAIN : errno};
}

Socket::Transfer Socket::Write(std::string_view bytes) {
  const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  return {.error = errno == EINTR ? EAGAIN : errno};
}

}  // namespace herd::client
