// herd-bench-upstream: a Places that costs as little as possible. A bare epoll loop, one thread,
// that answers each GET with one and the same legacy document, at once or after a delay.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <iostream>
#include <string>
#include <string_view>
#include <unordered_map>

#include "CLI/CLI.hpp"

namespace herd::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kResults = 20;

void Require(bool done, const char* what) {
  if (done) return;
  std::cerr << "herd-bench-upstream: " << what << ": " << std::strerror(errno) << std::endl;
  std::exit(1);
}

// Twenty results, laid out as Google does it, of about so many bytes.
std::string Document(std::size_t bytes) {
  const std::string open = "{\n   \"html_attributions\" : [],\n   \"results\" : [\n";
  const std::string close = "\n   ],\n   \"status\" : \"OK\"\n}\n";
  const std::size_t each = (bytes - std::min(bytes, open.size() + close.size())) / kResults;
  std::string document = open;
  for (int i = 0; i < kResults; ++i) {
    std::string result = "      {";
    for (int field = 0; result.size() + 60 < each; ++field) {
      result += (field == 0 ? "\n" : ",\n") + std::string("         \"field_") +
                std::to_string(field) + "\" : \"value of it " + std::to_string(field) + "\"";
    }
    document += (i == 0 ? "" : ",\n") + result + "\n      }";
  }
  return document + close;
}

class Upstream {
 public:
  Upstream(std::size_t bytes, std::chrono::milliseconds delay) : delay_(delay) {
    const std::string document = Document(bytes);
    answer_ = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(document.size()) + "\r\n\r\n" + document;
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    Require(bind(listener_, generic, size) == 0 && listen(listener_, SOMAXCONN) == 0, "listen");
    Require(getsockname(listener_, generic, &size) == 0, "getsockname");
    Watch(listener_);
    std::cout << "listening on 127.0.0.1:" << ntohs(address.sin_port) << std::endl;
  }

  [[noreturn]] void Run() {
    std::array<epoll_event, 256> events;
    while (true) {
      const int ready = epoll_wait(epoll_, events.data(), events.size(), TimeoutMs());
      for (int i = 0; i < ready; ++i) {
        const int fd = events[i].data.fd;
        if (fd == listener_) {
          Accept();
        } else {
          Read(fd);
        }
      }
      AnswerDue();
    }
  }

 private:
  void Watch(int fd) {
    epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    Require(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  }

  void Accept() {
    // Blocking: a client that does not read its answer has no other.
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    Require(fd >= 0, "accept");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Watch(fd);
  }

  void Read(int fd) {
    const ssize_t count = recv(fd, space_.data(), space_.size(), 0);
    if (count <= 0) {
      unread_.erase(fd);
      close(fd);
      return;
    }
    std::string& unread = unread_[fd];
    unread.append(space_.data(), static_cast<std::size_t>(count));
    for (std::size_t end; (end = unread.find("\r\n\r\n")) != std::string::npos;) {
      unread.erase(0, end + 4);
      due_.emplace_back(Clock::now() + delay_, fd);
    }
  }

  int TimeoutMs() const {
    if (due_.empty()) return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(due_.front().first - Clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
  }

  void AnswerDue() {
    while (!due_.empty() && due_.front().first <= Clock::now()) {
      send(due_.front().second, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      due_.pop_front();
    }
  }

  const std::chrono::milliseconds delay_;
  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::string answer_;
  std::unordered_map<int, std::string> unread_;
  std::deque<std::pair<Clock::time_point, int>> due_;
  std::array<char, 1 << 16> space_;
};

int Main(int argc, char** argv) {
  CLI::App app("Answers each GET with one legacy Places document.", "herd-bench-upstream");
  int port = 0;
  std::size_t bytes = 20'480;
  int delay_ms = 0;
  app.add_option("--port", port, "Only 0: any that is free")->check(CLI::Range(0, 0));
  app.add_option("--document-bytes", bytes)->check(CLI::Range(1'000, 4'000'000));
  app.add_option("--delay-ms", delay_ms)->check(CLI::Range(0, 60'000));
  CLI11_PARSE(app, argc, argv);
  Upstream(bytes, std::chrono::milliseconds(delay_ms)).Run();
}

}  // namespace
}  // namespace herd::bench

int main(int argc, char** argv) { return herd::bench::Main(argc, argv); }
