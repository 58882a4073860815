// One HTTP connection: a request comes, a reply goes, and it ends.
//
// Belongs to its loop's thread. What is too long or no request is answered, too. Bodies are not
// read but thrown away, so that the kernel does not throw away the reply instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "frontend/http/message.h"
#include "frontend/net/event_loop.h"
#include "frontend/net/socket.h"

namespace herd::http {

class HttpConnection final : private net::EventLoop::Handler {
 public:
  static constexpr std::size_t kMaxHeadBytes = std::size_t{8} << 10;

  class Host {
   public:
    virtual Reply Answer(const Request& request) = 0;
    // Destroy the connection of that number, but not from within this call.
    virtual void OnClosed(std::uint64_t connection) = 0;

   protected:
    ~Host() = default;
  };

  // All but the socket outlive the connection.
  HttpConnection(std::uint64_t number, net::Descriptor socket, Host* host, net::EventLoop* loop);
  ~HttpConnection();

  // When it was opened, by the loop's clock.
  Nanos since() const { return since_; }

 private:
  void OnEvents(net::EventLoop::Events events) override;
  void Read();
  void Say(const Reply& reply, bool with_body);
  void Write();
  void Close();

  const std::uint64_t number_;
  const net::Descriptor socket_;
  Host* const host_;
  net::EventLoop* const loop_;
  const Nanos since_;
  bool answered_ = false;  // what comes now is thrown away
  bool closed_ = false;
  std::string head_;
  std::string unsent_;
};

}  // namespace herd::http
