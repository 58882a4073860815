#include "tests/herd/harness/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/herd/harness/eventually.h"

namespace herd::test {
namespace {

sockaddr_in SocketAddress(const client::Endpoint& endpoint) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port);
  inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr);
  return address;
}

void MustSucceed(bool succeeded, const char* call) {
  if (succeeded) return;
  std::perror(call);
  std::abort();
}

}  // namespace

std::string PrivateAddress() {
  const auto process = static_cast<std::uint32_t>(getpid());
  return absl::StrCat("127.", 1 + ((process >> 16) & 0x7f), ".", (process >> 8) & 0xff, ".",
                      process & 0xff);
}

std::vector<std::uint16_t> FreePorts(std::size_t count) {
  // All are held until the last one is found, so that no port is found twice.
  std::vector<std::unique_ptr<BoundPort>> held;
  std::vector<std::uint16_t> ports;
  while (ports.size() < count) {
    held.push_back(std::make_unique<BoundPort>());
    ports.push_back(held.back()->port());
  }
  return ports;
}

int ConnectTo(std::uint16_t port) { return ConnectTo({PrivateAddress(), port}); }

int ConnectTo(const client::Endpoint& endpoint, const std::string& from) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  MustSucceed(connection >= 0, "socket");
  const int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (!from.empty()) {
    const sockaddr_in own = SocketAddress({from, 0});
    MustSucceed(bind(connection, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) == 0,
                "bind");
  }
  const sockaddr_in address = SocketAddress(endpoint);
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return connection;
  }
  const int error = errno;
  close(connection);
  errno = error;
  return -1;
}

BoundPort::BoundPort(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  MustSucceed(socket_ >= 0, "socket");
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address = SocketAddress({PrivateAddress(), port});
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  MustSucceed(bind(socket_, generic, size) == 0, "bind");
  MustSucceed(getsockname(socket_, generic, &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
}

BoundPort::~BoundPort() { close(socket_); }

void BoundPort::Listen() { MustSucceed(listen(socket_, SOMAXCONN) == 0, "listen"); }

bool BoundPort::AcceptAndClose() {
  pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
  if (poll(&readable, 1, kPatienceMs) != 1) return false;
  const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return false;
  close(connection);
  return true;
}

}  // namespace herd::test
