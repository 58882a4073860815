// Counts the replies that a server still owes for the commands it was sent.
//
// A reply to WHATSAT is an AT line and a JSON that ends with an empty line; any other reply, and a
// refusal ("? ..."), is one line. Plain bytes in, cut anywhere; one thread.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace herd::client {

class ReplyTracker {
 public:
  // Bytes that go to the server, in order.
  void Sent(std::string_view bytes);

  // No more bytes follow: what stands after the last newline is a command too.
  void SentAll();

  // Bytes that came from the server, in order.
  void Received(std::string_view bytes);

  // Replies that have not come whole.
  size_t owed() const { return owed_.size(); }

  // Replies that began with '?'.
  size_t refused() const { return refused_; }

 private:
  enum class Reply { kLine, kLineAndJson };
  enum class Inside { kNothing, kLine, kFirstLine, kJson };

  void EndCommand();
  void Take(char c);
  void Begin(char c);
  void EndReply();

  // Of the command that is being sent: its first field, cut when it cannot be WHATSAT any more.
  std::string word_;
  bool word_ended_ = false;

  std::deque<Reply> owed_;
  Inside inside_ = Inside::kNothing;
  // In kJson: whether the byte before was a newline.
  bool after_newline_ = false;
  size_t refused_ = 0;
};

}  // namespace herd::client
