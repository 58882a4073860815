#include "client/net/text_connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::client {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::Status CannotConnect(const std::string& endpoint, std::string_view reason) {
  return absl::UnavailableError(absl::StrCat("cannot connect to ", endpoint, ": ",
                                             absl::string_view(reason.data(), reason.size())));
}

absl::Status Lost(const std::string& endpoint, int error) {
  return absl::UnavailableError(
      absl::StrCat("lost the connection to ", endpoint, ": ", std::strerror(error)));
}

absl::StatusOr<Addresses> LookUp(const Endpoint& endpoint) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int error = getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
  if (error == 0) return Addresses(found, &freeaddrinfo);
  return CannotConnect(endpoint.ToString(),
                       error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error));
}

// For poll: rounded up, so that a poll that ends has passed the deadline.
int MillisecondsUntil(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

// False when the deadline passed first.
bool Poll(int fd, short events, Deadline deadline) {
  pollfd watched = {.fd = fd, .events = events, .revents = 0};
  while (true) {
    const int ready = poll(&watched, 1, MillisecondsUntil(deadline));
    if (ready > 0) return true;
    if (ready == 0 && Clock::now() >= deadline) return false;
  }
}

// Returns 0 or an errno.
int Connect(int fd, const addrinfo& address, Deadline deadline) {
  if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  if (!Poll(fd, POLLOUT, deadline)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// A connected socket, or minus an errno.
int OpenSocket(const addrinfo& address, Deadline deadline) {
  const int fd = socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                        address.ai_protocol);
  if (fd < 0) return -errno;
  const int error = Connect(fd, address, deadline);
  if (error == 0) return fd;
  close(fd);
  return -error;
}

}  // namespace

absl::StatusOr<TextConnection> TextConnection::Open(const Endpoint& endpoint, Deadline deadline) {
  const absl::StatusOr<Addresses> addresses = LookUp(endpoint);
  if (!addresses.ok()) return addresses.status();
  int fd = -EADDRNOTAVAIL;
  for (const addrinfo* next = addresses->get(); next != nullptr && fd < 0; next = next->ai_next) {
    fd = OpenSocket(*next, deadline);
  }
  if (fd < 0) return CannotConnect(endpoint.ToString(), std::strerror(-fd));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return TextConnection(fd, endpoint.ToString());
}

TextConnection::TextConnection(int fd, std::string endpoint)
    : fd_(fd), endpoint_(std::move(endpoint)) {}

TextConnection::TextConnection(TextConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), endpoint_(std::move(other.endpoint_)) {}

TextConnection& TextConnection::operator=(TextConnection&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(endpoint_, other.endpoint_);
  return *this;
}

TextConnection::~TextConnection() {
  if (fd_ >= 0) close(fd_);
}

absl::Status TextConnection::WaitUntil(short events, Deadline deadline) {
  if (Poll(fd_, events, deadline)) return absl::OkStatus();
  return absl::DeadlineExceededError(
      absl::StrCat("timed out waiting for ", endpoint_, events == POLLIN ? " to answer" : ""));
}

absl::Status TextConnection::Send(std::string_view bytes, Deadline deadline) {
  while (true) {
    const absl::StatusOr<size_t> sent = SendSome(bytes);
    if (!sent.ok()) return sent.status();
    bytes.remove_prefix(*sent);
    if (bytes.empty()) return absl::OkStatus();
    if (absl::Status ready = WaitUntil(POLLOUT, deadline); !ready.ok()) return ready;
  }
}

absl::StatusOr<size_t> TextConnection::SendSome(std::string_view bytes) {
  size_t total = 0;
  while (total < bytes.size()) {
    const ssize_t sent = send(fd_, bytes.data() + total, bytes.size() - total, MSG_NOSIGNAL);
    if (sent >= 0) {
      total += static_cast<size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      return Lost(endpoint_, errno);
    }
  }
  return total;
}

absl::Status TextConnection::FinishSending() {
  // ENOTCONN: the server has reset the connection; the next Receive says so.
  if (shutdown(fd_, SHUT_WR) == 0 || errno == ENOTCONN) return absl::OkStatus();
  return Lost(endpoint_, errno);
}

absl::StatusOr<size_t> TextConnection::Receive(std::string& received, Deadline deadline) {
  char chunk[1 << 16];
  while (true) {
    const ssize_t count = recv(fd_, chunk, sizeof chunk, 0);
    if (count >= 0) {
      received.append(chunk, static_cast<size_t>(count));
      return static_cast<size_t>(count);
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return Lost(endpoint_, errno);
    if (absl::Status ready = WaitUntil(POLLIN, deadline); !ready.ok()) return ready;
  }
}

}  // namespace herd::client
