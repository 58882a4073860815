#include "client/commands/terminal.h"

#include "absl/strings/str_format.h"

namespace herd::client {
namespace {

// As a terminal reads it that takes UTF-8: ASCII's, and those of ISO 6429, U+0080 to U+009F.
size_t ControlSize(std::string_view text) {
  const auto at = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  if (at(0) < 0x20 || at(0) == 0x7F) return 1;
  return at(0) == 0xC2 && at(1) >= 0x80 && at(1) < 0xA0 ? 2 : 0;
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const size_t control = ControlSize(text);
    for (const char byte : text.substr(0, control)) {
      absl::StrAppendFormat(&printable, "\\x%02x", static_cast<unsigned char>(byte));
    }
    if (control == 0) printable.push_back(text[0]);
    text.remove_prefix(control == 0 ? 1 : control);
  }
  return printable;
}

}  // namespace herd::client
