#include "client/load/reply_checker.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace herd::client {
namespace {

// What is kept of a line that does not end: more than any line of the protocol has.
constexpr std::size_t kLongestLine = 16384;

}  // namespace

ReplyChecker::ReplyChecker(const RequestText& text, std::uint32_t verify_every, Tally& tally)
    : text_(text), verify_every_(verify_every), tally_(tally), until_verified_(verify_every) {}

void ReplyChecker::Reset() {
  begun_.clear();
  in_document_ = false;
}

void ReplyChecker::Receive(std::string_view bytes, Nanos now, OwedQueue& owed) {
  while (!bytes.empty()) {
    bytes.remove_prefix(in_document_ ? TakeDocument(bytes, now, owed) : TakeLine(bytes, now, owed));
  }
}

std::size_t ReplyChecker::TakeLine(std::string_view bytes, Nanos now, OwedQueue& owed) {
  const void* const found = std::memchr(bytes.data(), '\n', bytes.size());
  if (found == nullptr) {
    begun_.append(bytes.substr(0, kLongestLine - std::min(begun_.size(), kLongestLine)));
    return bytes.size();
  }
  const auto size = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
  if (begun_.empty()) {
    EndLine(bytes.substr(0, size), now, owed);
  } else {
    begun_.append(bytes.substr(0, size));
    EndLine(begun_, now, owed);
    begun_.clear();
  }
  return size + 1;
}

void ReplyChecker::EndLine(std::string_view line, Nanos now, OwedQueue& owed) {
  if (owed.empty()) {
    tally_.errors.Count(ErrorKind::kMalformed,
                        [&] { return absl::StrCat("nobody asked for ", Shown(line)); });
    return;
  }
  const Request& request = owed.front().request;
  const Judgement judgement = JudgeNext(line, request);
  if (!judgement.is_right) {
    tally_.errors.Count(judgement.kind, [&] { return Describe(line, request, text_); });
  }
  if (!judgement.has_document) return EndReply(now, owed);
  in_document_ = true;
  document_is_empty_ = true;
  after_line_end_ = false;
}

Judgement ReplyChecker::JudgeNext(std::string_view line, const Request& request) {
  const bool verify = verify_every_ > 0 && --until_verified_ == 0;
  if (verify) until_verified_ = verify_every_;
  if (!verify && HasRightClient(line, request, text_)) return {.has_document = request.is_question};
  return Judge(line, request, text_);
}

std::size_t ReplyChecker::TakeDocument(std::string_view bytes, Nanos now, OwedQueue& owed) {
  if (after_line_end_ && bytes[0] == '\n') {
    EndDocument(now, owed);
    return 1;
  }
  if (document_is_empty_) document_first_ = bytes[0];
  document_is_empty_ = false;
  const std::size_t blank = FindBlankLine(bytes);
  if (blank != std::string_view::npos) {
    if (blank >= 2) document_last_ = bytes[blank - 2];
    EndDocument(now, owed);
    return blank + 1;
  }
  after_line_end_ = bytes.back() == '\n';
  const std::string_view text = bytes.substr(0, bytes.size() - (after_line_end_ ? 1 : 0));
  if (!text.empty()) document_last_ = text.back();
  return bytes.size();
}

void ReplyChecker::EndDocument(Nanos now, OwedQueue& owed) {
  in_document_ = false;
  if (document_first_ != '{' || document_last_ != '}') {
    tally_.errors.Count(ErrorKind::kMalformed, [&] {
      return Describe("an AT line and a document that is no JSON object", owed.front().request,
                      text_);
    });
  }
  EndReply(now, owed);
}

void ReplyChecker::EndReply(Nanos now, OwedQueue& owed) {
  tally_.latency.Record(now - owed.front().since);
  ++tally_.replies;
  tally_.last_reply = now;
  owed.Pop();
}

}  // namespace herd::client
