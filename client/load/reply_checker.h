// Reads what a server says on one connection of a load, and holds each reply against the request it
// answers: an AT line for an IAMAT; an AT line, a JSON document and a blank line for a WHATSAT.
//
// Plain bytes in, cut anywhere. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/load/owed.h"
#include "client/load/reply_line.h"
#include "client/load/request.h"
#include "client/load/tally.h"
#include "client/net/clock.h"

namespace herd::client {

class ReplyChecker {
 public:
  // Every `verify_every`th reply is judged byte for byte (0: none), of all others the kind and the
  // client. Both references outlive the checker.
  ReplyChecker(const RequestText& text, std::uint32_t verify_every, Tally& tally);

  // Takes from `owed` what the bytes that have come answer, and counts it.
  void Receive(std::string_view bytes, Nanos now, OwedQueue& owed);

  // In the middle of a reply.
  bool is_inside() const { return in_document_ || !begun_.empty(); }
  // For a new connection.
  void Reset();

 private:
  // Both return how many bytes they have used.
  std::size_t TakeLine(std::string_view bytes, Nanos now, OwedQueue& owed);
  std::size_t TakeDocument(std::string_view bytes, Nanos now, OwedQueue& owed);
  void EndLine(std::string_view line, Nanos now, OwedQueue& owed);
  Judgement JudgeNext(std::string_view line, const Request& request);
  void EndDocument(Nanos now, OwedQueue& owed);
  void EndReply(Nanos now, OwedQueue& owed);

  const RequestText& text_;
  const std::uint32_t verify_every_;
  Tally& tally_;

  std::uint32_t until_verified_;
  std::string begun_;  // a line that has not come whole; of an endless one, the first bytes
  bool in_document_ = false;
  bool document_is_empty_ = true;
  char document_first_ = 0;
  // The last two bytes that are not the blank line: only the last before a line end matters.
  char document_last_ = 0;
  bool after_line_end_ = false;
};

}  // namespace herd::client
