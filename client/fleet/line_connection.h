// A connection to a server's front door that never waits: lines out, lines in.
//
// One thread, the poller's.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "client/load/connection.h"
#include "client/net/clock.h"
#include "client/net/poller.h"
#include "client/net/socket.h"

namespace herd::client {

// Who is told what a poller sees.
class Watcher {
 public:
  virtual void OnReady(const Poller::Ready& ready, Nanos now) = 0;

 protected:
  ~Watcher() = default;
};

class LineConnection {
 public:
  enum class State { kClosed, kConnecting, kOpen };

  // Both outlive it. The poller is given `watcher` as the one to tell, which passes it on to
  // OnReady.
  LineConnection(Poller& poller, Watcher& watcher) : poller_(poller), watcher_(watcher) {}
  LineConnection(const LineConnection&) = delete;
  LineConnection& operator=(const LineConnection&) = delete;

  // Of a closed one. Tries the addresses one after the other, and is closed when there is no
  // further. `door` outlives the connection.
  void Dial(const Door& door);
  void Close();

  // Of an open one: what Flush sends. No line end.
  void Queue(std::string_view line);
  void Flush();

  // The connection may be closed afterwards, by the server or by `on_line`, which is called for
  // each whole line, without its end.
  void OnReady(const Poller::Ready& ready, absl::FunctionRef<void(std::string_view)> on_line);

  State state() const { return state_; }

 private:
  void DialNext();
  void OnDialled();
  void Receive(absl::FunctionRef<void(std::string_view)> on_line);
  void TakeLines(absl::FunctionRef<void(std::string_view)> on_line);

  Poller& poller_;
  Watcher& watcher_;
  State state_ = State::kClosed;
  Socket socket_;
  const Door* door_ = nullptr;
  std::size_t next_address_ = 0;
  std::string unsent_;
  bool wants_writable_ = false;
  std::string unread_;
};

}  // namespace herd::client
