// The JSON of a reply, as two pieces of one text that many replies share and nobody changes: what
// stands before the results that a bound cuts away, and what stands behind them.
//
// A plain value; copies share the text, from any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace herd::places {

class Document {
 public:
  // None at all.
  Document() = default;
  explicit Document(std::string json)
      : text_(std::make_shared<const std::string>(std::move(json))),
        head_(text_->size()),
        tail_(text_->size()) {}
  // The bytes before `head` and those from `tail` on; head <= tail <= text->size().
  Document(std::shared_ptr<const std::string> text, std::size_t head, std::size_t tail)
      : text_(std::move(text)), head_(head), tail_(tail) {}

  explicit operator bool() const { return text_ != nullptr; }

  // Bytes. Of none at all, 0.
  std::size_t size() const { return text_ == nullptr ? 0 : head_ + text_->size() - tail_; }

  void AppendTo(std::string* out) const {
    if (text_ == nullptr) return;
    out->append(*text_, 0, head_);
    out->append(*text_, tail_, std::string::npos);
  }

  std::string ToString() const {
    std::string json;
    AppendTo(&json);
    return json;
  }

 private:
  std::shared_ptr<const std::string> text_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace herd::places
