// A port for whoever reads a page now and then, as Prometheus and probes do: one thread, which
// answers one request after the other.
//
// Nobody can make it grow or hold it up: there are kMaxConnections at a time, a further one takes
// the place of the oldest, and each has kPatience for all of it. Knows nothing of what is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "frontend/http/http_connection.h"
#include "frontend/http/message.h"
#include "frontend/net/event_loop.h"
#include "frontend/net/socket.h"

namespace herd::http {

class HttpDoor final : private net::EventLoop::Handler, private HttpConnection::Host {
 public:
  static constexpr std::size_t kMaxConnections = 64;
  static constexpr Nanos kPatience = 5 * kNanosPerSecond;

  // Of a path, "/metrics", by GET or HEAD. Called on the door's thread.
  using Answerer = std::function<Reply(const std::string& path)>;

  // `address` is a name or an IP address; `purpose` stands in the error.
  // Errors: UNAVAILABLE, naming the address and port that cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpDoor>> Open(const std::string& address,
                                                        std::uint16_t port,
                                                        const std::string& purpose,
                                                        Answerer answerer);
  // Closes all connections; the answerer is not called any more.
  ~HttpDoor();

  std::uint16_t port() const { return net::LocalPort(listener_); }

 private:
  // How often is looked for connections that have had their time.
  static constexpr Nanos kSweep = kNanosPerSecond;
  // Out of descriptors, no connection is accepted for this long.
  static constexpr Nanos kAcceptPause = 100 * kNanosPerMillisecond;

  HttpDoor(net::Descriptor listener, Answerer answerer);

  void Run();
  void OnEvents(net::EventLoop::Events events) override;
  void PauseAccepting();
  Reply Answer(const Request& request) override;
  void OnClosed(std::uint64_t connection) override;
  void Sweep();

  const net::Descriptor listener_;
  const Answerer answerer_;
  net::EventLoop loop_;
  // Of the thread: by number, so the oldest first.
  std::map<std::uint64_t, std::unique_ptr<HttpConnection>> connections_;
  std::uint64_t last_connection_ = 0;
  bool sweeping_ = false;
  std::thread thread_;
};

}  // namespace herd::http
