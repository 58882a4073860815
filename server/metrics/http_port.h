// A port for whoever reads a page now and then, as Prometheus and probes do: the one door to
// libmicrohttpd, which serves each connection on a thread of its own, so that a page that cannot be
// made at the moment does not hold up another one.
//
// Nobody can make it grow or hold it up, see Bounds. A connection is for one request, since those
// who ask come back later than it would be kept; a request's body is not read. Knows nothing of
// what is asked.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

struct MHD_Daemon;

namespace herd::metrics {

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpPort final {
 public:
  struct Bounds {
    // At a time, of all and of one address; more are closed at once.
    unsigned int connections = 256;
    unsigned int connections_of_an_address = 64;
    // Closed, when nothing has been read from it or written to it for so long.
    unsigned int patience_seconds = 5;
  };

  // Of a path without its query, "/metrics", by GET or HEAD. Called on the connections' threads.
  using Answerer = std::function<HttpReply(const std::string& path)>;

  // `address` is a name or an IP address; port 0 is any that is free; `purpose` stands in the
  // errors.
  // Errors: UNAVAILABLE, naming the address and port that cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpPort>> Open(const std::string& address,
                                                        std::uint16_t port,
                                                        const std::string& purpose,
                                                        const Bounds& bounds, Answerer answerer);
  // Closes all connections at once; the answerer is not called any more.
  ~HttpPort();
  HttpPort(const HttpPort&) = delete;
  HttpPort& operator=(const HttpPort&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  HttpPort(std::uint16_t port, Answerer answerer);

  const std::uint16_t port_;
  Answerer answerer_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace herd::metrics
