#include "tests/client/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace herd::test {
namespace {

constexpr int kBoundMs = 60'000;

int Bound(uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, generic, size) != 0 || getsockname(fd, generic, &size) != 0) {
    std::perror("bind");
    std::abort();
  }
  port = ntohs(address.sin_port);
  return fd;
}

}  // namespace

bool FakeConnection::ReadMore() {
  pollfd readable = {.fd = fd_, .events = POLLIN, .revents = 0};
  if (poll(&readable, 1, kBoundMs) <= 0) return false;
  char chunk[1 << 16];
  const ssize_t count = recv(fd_, chunk, sizeof chunk, 0);
  if (count > 0) unread_.append(chunk, static_cast<size_t>(count));
  return count > 0;
}

std::string FakeConnection::ReadLine() {
  size_t end = unread_.find('\n');
  while (end == std::string::npos && ReadMore()) end = unread_.find('\n');
  const size_t size = end == std::string::npos ? unread_.size() : end + 1;
  const std::string line = unread_.substr(0, size);
  unread_.erase(0, size);
  return line;
}

std::string FakeConnection::ReadToEnd() {
  while (ReadMore()) {
  }
  return std::exchange(unread_, "");
}

void FakeConnection::Write(const std::string& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t sent = send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (sent <= 0) return;
    done += static_cast<size_t>(sent);
  }
}

void FakeConnection::Reset() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

FakeServer::FakeServer(Talk talk) {
  listener_ = Bound(port_);
  listen(listener_, SOMAXCONN);
  thread_ = std::thread([this, talk = std::move(talk)] { Serve(talk); });
}

FakeServer::~FakeServer() {
  shutdown(listener_, SHUT_RDWR);  // Ends the accept.
  thread_.join();
  close(listener_);
}

void FakeServer::Serve(const Talk& talk) {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    FakeConnection connection(fd);
    talk(connection);
    close(fd);
  }
}

uint16_t UnusedPort() {
  uint16_t port = 0;
  close(Bound(port));
  return port;
}

}  // namespace herd::test
