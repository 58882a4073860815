// What is done on a terminal only: colours, and pictures that are drawn over.
#pragma once

#include <unistd.h>

#include <string>
#include <string_view>

namespace herd::client {

inline bool IsTerminal() { return isatty(STDOUT_FILENO) == 1; }

// Text from a server or a phone, without what a terminal would obey: control characters as \xNN.
std::string Printable(std::string_view text);

enum class Color { kNone, kGood, kWarning, kBad };

inline std::string Paint(std::string_view text, Color color, bool on_terminal) {
  if (!on_terminal || color == Color::kNone) return std::string(text);
  const std::string_view code = color == Color::kGood      ? "\x1b[32m"
                                : color == Color::kWarning ? "\x1b[33m"
                                                           : "\x1b[31m";
  return std::string(code).append(text).append("\x1b[0m");
}

// Puts what follows in the place of what is shown.
inline constexpr char kDrawOver[] = "\x1b[H\x1b[J";

}  // namespace herd::client
