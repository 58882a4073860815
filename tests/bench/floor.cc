// herd-floor: what the machine itself costs. A bare epoll loop, one thread, that finds lines and
// writes back a line of an AT's size for each: one read, one write, no parsing, no state. What a
// server needs beyond this is its own.
//
// The reply to a line that begins with W is followed by a document, as a WHATSAT's is.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "CLI/CLI.hpp"

namespace herd::bench {
namespace {

constexpr std::string_view kAt = "AT Floor +0.000000000 ";
constexpr std::string_view kSomewhere = " +34.068930-118.445127 1520023934.918963997";
// "IAMAT " and "WHATSAT ": where the id begins.
constexpr std::size_t kReportWord = 6;
constexpr std::size_t kQuestionWord = 8;
constexpr std::size_t kReadBytes = std::size_t{256} << 10;

void Require(bool done, const std::string& what) {
  if (done) return;
  std::cerr << "herd-floor: " << what << ": " << std::strerror(errno) << std::endl;
  std::exit(1);
}

void AllowAllDescriptors() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A document of exactly so many bytes, and the blank line behind it.
std::string Document(std::size_t bytes) {
  std::string document = "{\n";
  const std::string line = "  \"floor\": 0,\n";
  while (document.size() + line.size() + 1 <= bytes) document += line;
  document.resize(std::max<std::size_t>(bytes, 2) - 1, ' ');
  return document + "}\n\n";
}

struct Connection {
  int fd;
  std::string unread;     // a line that has not come whole
  std::string unwritten;  // what the kernel did not take; until it does, nothing is read
};

class Floor {
 public:
  Floor(std::uint16_t port, std::size_t document_bytes);

  std::uint16_t port() const { return port_; }
  [[noreturn]] void Run();

 private:
  void Accept();
  void OnReady(Connection& connection, std::uint32_t events);
  // False: the connection has ended.
  bool Read(Connection& connection);
  bool Write(Connection& connection, std::string_view bytes);
  void Answer(Connection& connection, std::string_view bytes);
  void AnswerLine(std::string_view line);
  void Watch(int operation, Connection& connection, std::uint32_t events) const;

  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::uint16_t port_ = 0;
  const std::string document_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;  // by descriptor
  std::string replies_;                                               // to what has been read last
  std::array<char, kReadBytes> read_;
};

Floor::Floor(std::uint16_t port, std::size_t document_bytes) : document_(Document(document_bytes)) {
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  Require(bind(listener_, generic, size) == 0 && listen(listener_, SOMAXCONN) == 0,
          "cannot listen on 127.0.0.1 port " + std::to_string(port));
  Require(getsockname(listener_, generic, &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = nullptr}};
  Require(epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) == 0, "epoll_ctl");
}

void Floor::Watch(int operation, Connection& connection, std::uint32_t events) const {
  epoll_event event = {.events = events, .data = {.ptr = &connection}};
  Require(epoll_ctl(epoll_, operation, connection.fd, &event) == 0, "epoll_ctl");
}

void Floor::Accept() {
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    Require(errno != EMFILE && errno != ENFILE, "too many connections");
    return;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto connection = std::make_unique<Connection>();
  connection->fd = fd;
  Watch(EPOLL_CTL_ADD, *connection, EPOLLIN);
  connections_[fd] = std::move(connection);
}

void Floor::Run() {
  std::array<epoll_event, 256> events;
  while (true) {
    const int ready = epoll_wait(epoll_, events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      if (events[i].data.ptr == nullptr) {
        Accept();
      } else {
        OnReady(*static_cast<Connection*>(events[i].data.ptr), events[i].events);
      }
    }
  }
}

void Floor::OnReady(Connection& connection, std::uint32_t events) {
  bool open = true;
  if ((events & EPOLLOUT) != 0) {
    const std::string rest = std::move(connection.unwritten);
    connection.unwritten.clear();
    open = Write(connection, rest);
    if (open && connection.unwritten.empty()) Watch(EPOLL_CTL_MOD, connection, EPOLLIN);
  } else {
    open = Read(connection);
  }
  if (open) return;
  close(connection.fd);
  connections_.erase(connection.fd);
}

bool Floor::Read(Connection& connection) {
  const ssize_t count = recv(connection.fd, read_.data(), read_.size(), 0);
  if (count < 0 && errno == EAGAIN) return true;
  if (count <= 0) return false;
  replies_.clear();
  Answer(connection, {read_.data(), static_cast<std::size_t>(count)});
  return Write(connection, replies_);
}

void Floor::Answer(Connection& connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const void* const end = std::memchr(bytes.data(), '\n', bytes.size());
    if (end == nullptr) break;
    const auto size = static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data());
    if (connection.unread.empty()) {
      AnswerLine(bytes.substr(0, size));
    } else {
      AnswerLine(connection.unread.append(bytes, 0, size));
      connection.unread.clear();
    }
    bytes.remove_prefix(size + 1);
  }
  connection.unread.append(bytes);
}

void Floor::AnswerLine(std::string_view line) {
  replies_.append(kAt);
  if (!line.empty() && line[0] == 'W') {
    const std::string_view rest = line.substr(std::min(line.size(), kQuestionWord));
    replies_.append(rest.substr(0, rest.find(' '))).append(kSomewhere).append("\n");
    replies_.append(document_);
  } else {
    replies_.append(line.substr(std::min(line.size(), kReportWord))).append("\n");
  }
}

bool Floor::Write(Connection& connection, std::string_view bytes) {
  if (bytes.empty()) return true;
  const ssize_t sent = send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return false;
  const auto done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  if (done == bytes.size()) return true;
  connection.unwritten = bytes.substr(done);
  Watch(EPOLL_CTL_MOD, connection, EPOLLOUT);
  return true;
}

int Main(int argc, char** argv) {
  CLI::App app("The floor: answers each line with one of an AT's size, and does nothing else.",
               "herd-floor");
  std::uint16_t port = 0;
  std::size_t document_bytes = 2;
  app.add_option("--port", port, "Of 127.0.0.1; 0: any that is free")->capture_default_str();
  app.add_option("--document-bytes", document_bytes, "What a WHATSAT's document has")
      ->check(CLI::Range(2, 100'000'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  AllowAllDescriptors();
  const auto floor = std::make_unique<Floor>(port, document_bytes);
  std::cout << "listening on 127.0.0.1:" << floor->port() << std::endl;
  floor->Run();
}

}  // namespace
}  // namespace herd::bench

int main(int argc, char** argv) { return herd::bench::Main(argc, argv); }
