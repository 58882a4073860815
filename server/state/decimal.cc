#include "server/state/decimal.h"

#include <charconv>

namespace herd {
namespace digits {

const char* ReadWhole(const char* at, const char* end, Decimal* number) {
  const char* const begin = at;
  for (; at != end && IsDigit(*at); ++at) {
    const bool saturated = number->whole >= Decimal::kSaturated / 10;
    number->whole = saturated ? Decimal::kSaturated : number->whole * 10 + DigitValue(*at);
  }
  number->whole_digits = static_cast<std::size_t>(at - begin);
  return at;
}

const char* ReadFraction(const char* at, const char* end, Decimal* number) {
  const char* const begin = at;
  for (; at != end && IsDigit(*at); ++at) {
    if (*at != '0') number->fraction_is_zero = false;
    const bool kept = at - begin < static_cast<std::ptrdiff_t>(Decimal::kKeptDecimals);
    if (kept) number->fraction = number->fraction * 10 + DigitValue(*at);
  }
  number->decimals = static_cast<std::size_t>(at - begin);
  return at;
}

}  // namespace digits

std::optional<Decimal> ParseDecimal(std::string_view text) {
  const char* const end = text.data() + text.size();
  Decimal number;
  const char* const at = ReadDecimal(text.data(), end, &number);
  if (at == nullptr || at != end) return std::nullopt;
  return number;
}

void AppendPadded(std::uint64_t value, std::size_t digits, std::string* out) {
  char buffer[20];
  const char* const end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  const auto length = static_cast<std::size_t>(end - buffer);
  if (length < digits) out->append(digits - length, '0');
  out->append(buffer, length);
}

}  // namespace herd
