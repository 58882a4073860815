// Carries bytes from an input to a server and from the server to an output, until the input has
// ended and every reply has come.
//
// Reads on while the server is busy answering, so neither side can block the other; holds at most
// one chunk that the server has not taken. One thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "client/net/reply_tracker.h"
#include "client/net/text_connection.h"

namespace herd::client {

class Relay {
 public:
  // The descriptors stay the caller's. `prompt` is written to `output` whenever the server owes
  // nothing and a command may be typed; empty: none.
  Relay(TextConnection& connection, int input, int output, std::string prompt);

  // Errors: the connection's; a server that owes something and is silent for `timeout`; a server
  // that closes before it has everything or with replies owed; an input that cannot be read or an
  // output that cannot be written.
  absl::Status Run(std::chrono::milliseconds timeout);

  size_t refused() const { return tracker_.refused(); }

 private:
  // Waits until one of the steps below has something to do.
  absl::Status Wait(std::chrono::milliseconds timeout);

  absl::Status ReadInput();
  absl::Status SendPending();
  absl::Status ReceiveReplies();
  absl::Status Write(std::string_view bytes);
  absl::Status Prompt();
  absl::Status ServerClosed() const;

  bool OwedSomething() const { return tracker_.owed() > 0 || input_ended_ || !pending_.empty(); }

  TextConnection& connection_;
  const int input_;
  const int output_;
  const std::string prompt_;

  ReplyTracker tracker_;
  // Read and not yet taken by the server.
  std::string pending_;
  bool input_ended_ = false;
  bool half_closed_ = false;
  bool server_closed_ = false;

  // What the last Wait found.
  bool input_ready_ = false;
  bool reply_ready_ = false;
};

}  // namespace herd::client
