#include "client/net/reply_tracker.h"

namespace herd::client {
namespace {

constexpr std::string_view kWhatsat = "WHATSAT";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

}  // namespace

void ReplyTracker::Sent(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      EndCommand();
    } else if (IsSpace(c)) {
      word_ended_ = !word_.empty();
    } else if (!word_ended_ && word_.size() <= kWhatsat.size()) {
      word_ += c;
    }
  }
}

void ReplyTracker::SentAll() { EndCommand(); }

void ReplyTracker::EndCommand() {
  if (!word_.empty()) {
    owed_.push_back(word_ == kWhatsat ? Reply::kLineAndJson : Reply::kLine);
  }
  word_.clear();
  word_ended_ = false;
}

void ReplyTracker::Received(std::string_view bytes) {
  for (const char c : bytes) Take(c);
}

void ReplyTracker::Take(char c) {
  if (inside_ == Inside::kNothing) Begin(c);
  if (inside_ == Inside::kJson) {
    if (c == '\n' && after_newline_) return EndReply();
    after_newline_ = c == '\n';
  } else if (c == '\n' && inside_ == Inside::kFirstLine) {
    inside_ = Inside::kJson;
    after_newline_ = false;
  } else if (c == '\n') {
    EndReply();
  }
}

void ReplyTracker::Begin(char c) {
  const bool has_json = !owed_.empty() && owed_.front() == Reply::kLineAndJson;
  inside_ = has_json && c != '?' ? Inside::kFirstLine : Inside::kLine;
  if (c == '?') ++refused_;
}

void ReplyTracker::EndReply() {
  inside_ = Inside::kNothing;
  if (!owed_.empty()) owed_.pop_front();
}

}  // namespace herd::client
