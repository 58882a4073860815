#include "tests/frontend/places/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace herd::places {
namespace {

// Bound to a free port of the loopback, and not listening.
int BoundSocket(int& port) {
  const int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(bound, generic, length) != 0) std::abort();
  if (getsockname(bound, generic, &length) != 0) std::abort();
  port = ntohs(address.sin_port);
  return bound;
}

void SendAll(int connection, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(connection, &bytes[sent], bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<size_t>(count);
  }
}

}  // namespace

ListeningSocket::ListeningSocket() : socket_(BoundSocket(port_)) {
  if (listen(socket_, 128) != 0) std::abort();
}
ListeningSocket::~ListeningSocket() { close(socket_); }

int ListeningSocket::Accept() const { return accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); }
void ListeningSocket::Shutdown() const { shutdown(socket_, SHUT_RDWR); }

RawServer::RawServer(std::string bytes, Then then) : bytes_(std::move(bytes)), then_(then) {
  thread_ = std::thread([this] { Run(); });
}

RawServer::~RawServer() {
  listener_.Shutdown();
  thread_.join();
}

void RawServer::WaitForConnections(size_t count) {
  absl::MutexLock lock(&mutex_);
  const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return served_ >= count; };
  mutex_.Await(absl::Condition(&enough));
}

size_t RawServer::connections() {
  absl::MutexLock lock(&mutex_);
  return served_;
}

void RawServer::Run() {
  while (true) {
    const int connection = listener_.Accept();
    if (connection < 0) break;
    Serve(connection);
    absl::MutexLock lock(&mutex_);
    ++served_;
  }
  for (const int connection : held_) close(connection);
}

void RawServer::Serve(int connection) {
  std::array<char, 4096> request;
  static_cast<void>(recv(connection, request.data(), request.size(), 0));
  SendAll(connection, bytes_);
  if (then_ == Then::kHold) {
    held_.push_back(connection);
    return;
  }
  if (then_ == Then::kReset) {
    const linger at_once{1, 0};
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  close(connection);
}

RefusingPort::RefusingPort() : socket_(BoundSocket(port_)) {}
RefusingPort::~RefusingPort() { close(socket_); }

}  // namespace herd::places
