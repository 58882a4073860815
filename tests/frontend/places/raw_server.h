// A server that answers each connection with bytes of the test's choice: for what no well-kept HTTP
// server does. On a free port of the loopback; one thread of its own.
#pragma once

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace herd::places {

// Listens on a free port of 127.0.0.1.
class ListeningSocket {
 public:
  ListeningSocket();
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  int port() const { return port_; }
  // The next connection; -1 after Shutdown.
  int Accept() const;
  // Any thread.
  void Shutdown() const;

 private:
  int port_ = 0;  // Before the socket, whose making sets it.
  const int socket_;
};

class RawServer {
 public:
  enum class Then {
    kClose,
    kReset,
    kHold,  // The connection stays open, and silent, until the server's end.
  };

  // Waits for the first bytes of each connection, sends `bytes`, and then does `then`.
  RawServer(std::string bytes, Then then);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return listener_.port(); }
  // Until so many connections have been served.
  void WaitForConnections(size_t count);
  size_t connections();

 private:
  void Run();
  void Serve(int connection);

  const std::string bytes_;
  const Then then_;
  const ListeningSocket listener_;

  absl::Mutex mutex_;
  size_t served_ ABSL_GUARDED_BY(mutex_) = 0;

  std::vector<int> held_;  // Owned by the thread.
  std::thread thread_;
};

// A port of the loopback at which connections are refused, for as long as this lives.
class RefusingPort {
 public:
  RefusingPort();
  ~RefusingPort();
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;

  int port() const { return port_; }

 private:
  int port_ = 0;  // Before the socket, whose making sets it.
  const int socket_;
};

}  // namespace herd::places
