#include "server/text/utf8.h"

#include <cstddef>

namespace herd {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// How many bytes the character at the front has; 0: it is none. RFC 3629: no overlong forms, no
// surrogates, nothing beyond U+10FFFF.
std::size_t CharacterSize(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return static_cast<unsigned char>(i < text.size() ? text[i] : '\0');
  };
  const unsigned first = at(0);
  const unsigned second = at(1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !IsContinuation(at(1))) return 0;
  if (first < 0xE0) return 2;
  if (!IsContinuation(at(2))) return 0;
  if (first < 0xF0) {
    return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? 0 : 3;
  }
  if (!IsContinuation(at(3))) return 0;
  return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ? 0 : 4;
}

}  // namespace

std::string ToUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t size = CharacterSize(bytes);
    text.append(size == 0 ? "\xEF\xBF\xBD" : bytes.substr(0, size));
    bytes.remove_prefix(size == 0 ? 1 : size);
  }
  return text;
}

}  // namespace herd
