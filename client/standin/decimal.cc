#include "client/standin/decimal.h"

#include <array>
#include <charconv>
#include <cmath>

namespace herd::standin {

std::string PrintDecimal(double number) {
  std::array<char, 32> text;
  const auto printed = std::to_chars(text.data(), text.data() + text.size(), number);
  return std::string(text.data(), printed.ptr);
}

std::optional<double> ParseDecimal(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace herd::standin
