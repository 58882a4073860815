// The one door to the HTTP library: listens, turns requests into values and values into replies.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "client/standin/exchange.h"

namespace httplib {
class Server;
}

namespace herd::standin {

class HttpDoor {
 public:
  // `answerer` is called by the door's threads, many at once, from Serve until Serve returns.
  // With a certificate and its key, files in PEM, HTTPS is spoken, and without them HTTP; HTTP/1.1
  // either way, since the library has no HTTP/2.
  struct Tls {
    std::string certificate_file;
    std::string key_file;
  };

  explicit HttpDoor(Answerer answerer) : HttpDoor(std::move(answerer), Tls()) {}
  HttpDoor(Answerer answerer, const Tls& tls);
  ~HttpDoor();

  // Once, before Serve. Connections are taken from here on, and answered by Serve. Port 0 is any
  // free one. Errors: the address or the port cannot be had; the message names both; or the
  // certificate and key cannot be used.
  absl::Status Listen(const std::string& address, int port);

  // The port that Listen got.
  int port() const { return port_; }

  // Serves until Stop; the requests under way then still get their replies. Errors: the listening
  // socket broke.
  absl::Status Serve();

  // Any thread, once Listen has succeeded and until Serve has returned. Does not wait.
  void Stop();

 private:
  void BeginRequest(int client_port);
  void EndRequest(int client_port);
  // Makes the threads that wait for a next request see the end of their connections; else they
  // would wait out the idle time. A busy connection is left alone: the library gives up on replies
  // to a client whose end it has seen, and closes the connection by itself after the reply. Where
  // Serve has not begun yet, this also keeps the listening socket from accepting anything.
  void EndIdleSockets();

  const Answerer answerer_;
  const std::unique_ptr<httplib::Server> server_;
  int listening_socket_ = -1;  // owned by server_
  int port_ = 0;
  std::atomic<bool> stopping_ = false;

  std::mutex mutex_;  // guards what follows
  // The clients' ports of the requests under way. Two clients of different addresses may share one.
  std::multiset<int> busy_ports_;
};

}  // namespace herd::standin
