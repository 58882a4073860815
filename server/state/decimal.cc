#include "server/state/decimal.h"

#include <array>
#include <charconv>

namespace herd {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::uint64_t DigitValue(char c) { return static_cast<std::uint64_t>(c - '0'); }

const char* ConsumeWhole(const char* at, const char* end, Decimal& number) {
  const char* const begin = at;
  for (; at != end && IsDigit(*at); ++at) {
    number.whole = number.whole * 10 + DigitValue(*at);
    if (number.whole > Decimal::kSaturated) number.whole = Decimal::kSaturated;
  }
  number.whole_digits = static_cast<std::size_t>(at - begin);
  return at;
}

const char* ConsumeFraction(const char* at, const char* end, Decimal& number) {
  const char* const begin = at;
  const char* const kept_end = end - at > static_cast<std::ptrdiff_t>(Decimal::kKeptDecimals)
                                   ? at + Decimal::kKeptDecimals
                                   : end;
  for (; at != kept_end && IsDigit(*at); ++at) {
    number.fraction = number.fraction * 10 + DigitValue(*at);
  }
  number.fraction_is_zero = number.fraction == 0;
  for (; at != end && IsDigit(*at); ++at) {
    if (*at != '0') number.fraction_is_zero = false;
  }
  number.decimals = static_cast<std::size_t>(at - begin);
  return at;
}

}  // namespace

std::optional<Decimal> ConsumeDecimal(std::string_view& text) {
  const char* const end = text.data() + text.size();
  Decimal number;
  const char* at = ConsumeWhole(text.data(), end, number);
  if (number.whole_digits == 0) return std::nullopt;
  if (at != end && *at == '.') {
    at = ConsumeFraction(at + 1, end, number);
    if (number.decimals == 0) return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return number;
}

std::optional<Decimal> ParseDecimal(std::string_view text) {
  const std::optional<Decimal> number = ConsumeDecimal(text);
  return text.empty() ? number : std::nullopt;
}

std::uint64_t PowerOfTen(std::size_t exponent) {
  static constexpr auto kPowers = [] {
    std::array<std::uint64_t, 20> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  return kPowers[exponent];
}

void AppendPadded(std::uint64_t value, std::size_t digits, std::string* out) {
  char buffer[20];
  const char* const end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  const auto length = static_cast<std::size_t>(end - buffer);
  if (length < digits) out->append(digits - length, '0');
  out->append(buffer, length);
}

}  // namespace herd
