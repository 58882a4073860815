// A server for tests of the client: it says what a test tells it to, on a port of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace herd::test {

// One accepted connection, used on the fake's thread. Every wait is bounded; a broken connection
// reads as its end.
class FakeConnection {
 public:
  explicit FakeConnection(int fd) : fd_(fd) {}

  // The next line with its newline; what is left when the client has half-closed.
  std::string ReadLine();
  std::string ReadToEnd();
  void Write(const std::string& bytes);
  // Breaks the connection instead of ending it.
  void Reset();

 private:
  bool ReadMore();

  int fd_;
  std::string unread_;
};

class FakeServer {
 public:
  using Talk = std::function<void(FakeConnection&)>;

  // Listens on loopback and runs `talk` for each connection, one after the other, then closes it.
  explicit FakeServer(Talk talk);
  // Waits for the end of a talk that is under way.
  ~FakeServer();

  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  uint16_t port() const { return port_; }

 private:
  void Serve(const Talk& talk);

  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

// A port on loopback on which nobody listens.
uint16_t UnusedPort();

}  // namespace herd::test
