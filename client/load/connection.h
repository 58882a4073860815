// One connection of a load: requests out, replies in and checked.
//
// One thread, the poller's. What goes wrong is counted in the tally, and closes the connection.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "client/load/owed.h"
#include "client/load/reply_checker.h"
#include "client/load/tally.h"
#include "client/net/poller.h"
#include "client/net/socket.h"

namespace herd::client {

// A server's name for messages, and where it is.
struct Door {
  std::string name;
  std::vector<Address> addresses;
};

class Connection {
 public:
  enum class State { kClosed, kConnecting, kOpen };

  // An idle one is only kept open.
  enum class Use { kBusy, kIdle };

  // All outlive it.
  Connection(Use use, const Door& door, const RequestText& text, std::uint32_t verify_every,
             Poller& poller, Tally& tally);

  Use use() const { return use_; }
  State state() const { return state_; }
  bool is_open() const { return state_ == State::kOpen; }
  const OwedQueue& owed() const { return owed_; }
  // The kernel has taken all that was asked.
  bool is_flushed() const { return unsent_.empty(); }

  // Of a closed one. Tries the addresses of the server one after the other.
  void Dial(Nanos now);

  // Adds the request to what Flush sends. Of an open one.
  void Ask(const Request& request, Nanos since) {
    text_.Append(request, unsent_);
    owed_.Push({.request = request, .since = since});
  }
  void Flush();

  // What the poller has said. `buffer` is for the bytes that come.
  void OnReady(const Poller::Ready& ready, std::span<char> buffer);

  // Closes it when it has been owed a reply, or been dialled, for longer than `timeout`.
  void CheckPatience(Nanos now, Nanos timeout);
  // The replies that are still owed will not be waited for.
  void GiveUp();

 private:
  void DialNext();
  void DialFailed(Errno error);
  void OnDialled();
  void Receive(std::span<char> buffer);
  void Lose(const char* why);
  void Close();

  const Use use_;
  const Door& door_;
  const RequestText& text_;
  Poller& poller_;
  Tally& tally_;

  State state_ = State::kClosed;
  Socket socket_;
  std::size_t next_address_ = 0;
  Nanos dialled_at_ = 0;
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
  bool wants_writable_ = false;
  OwedQueue owed_;
  ReplyChecker checker_;
};

}  // namespace herd::client
