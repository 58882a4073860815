#include "server/state/decimal.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace herd {
namespace {

constexpr std::size_t kWord = 8;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::uint64_t DigitValue(char c) { return static_cast<std::uint64_t>(c - '0'); }

// Some digits in a row.
struct Digits {
  std::uint64_t value = 0;
  std::size_t count = 0;
};

// The digits that 8 characters begin with: all at once, in a word whose lowest byte is the first
// character. After D. Lemire, "Quickly parsing eight digits", 2018.
Digits LeadingDigits(const char* text) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, text, kWord);
  // Of a digit both its upper half and that of the character six further are 3. A carry reaches
  // only what stands behind the first character that is none.
  const std::uint64_t halves =
      (word & 0xF0F0F0F0F0F0F0F0) | (((word + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4);
  const std::uint64_t others = halves ^ 0x3333333333333333;
  const auto count = static_cast<std::size_t>(std::countr_zero(others)) / 8;
  if (count == 0) return {};
  word = (word << (kWord - count) * 8) & 0x0F0F0F0F0F0F0F0F;
  word = (word * 2561 >> 8) & 0x00FF00FF00FF00FF;
  word = (word * 6553601 >> 16) & 0x0000FFFF0000FFFF;
  return {word * 42949672960001 >> 32, count};
}

// The digits at the front of a text, as many as fit into a word.
Digits SomeDigits(const char* at, const char* end) {
  if (end - at >= static_cast<std::ptrdiff_t>(kWord)) return LeadingDigits(at);
  Digits digits;
  for (; at != end && IsDigit(*at); ++at, ++digits.count) {
    digits.value = digits.value * 10 + DigitValue(*at);
  }
  return digits;
}

void Append(const Digits& digits, std::uint64_t* whole) {
  constexpr std::size_t kSaturatedZeros = 17;
  static_assert(PowerOfTen(kSaturatedZeros) == Decimal::kSaturated);
  const bool saturated = *whole >= PowerOfTen(kSaturatedZeros - digits.count);
  *whole = saturated ? Decimal::kSaturated : *whole * PowerOfTen(digits.count) + digits.value;
}

const char* ConsumeWhole(const char* at, const char* end, Decimal& number) {
  const char* const begin = at;
  for (Digits digits{.count = kWord}; digits.count == kWord; at += digits.count) {
    digits = SomeDigits(at, end);
    Append(digits, &number.whole);
  }
  number.whole_digits = static_cast<std::size_t>(at - begin);
  return at;
}

const char* ConsumeFraction(const char* at, const char* end, Decimal& number) {
  const char* const begin = at;
  const char* const kept_end = end - at > static_cast<std::ptrdiff_t>(Decimal::kKeptDecimals)
                                   ? at + Decimal::kKeptDecimals
                                   : end;
  for (Digits digits{.count = kWord}; digits.count == kWord; at += digits.count) {
    digits = SomeDigits(at, kept_end);
    number.fraction = number.fraction * PowerOfTen(digits.count) + digits.value;
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

void AppendPadded(std::uint64_t value, std::size_t digits, std::string* out) {
  char buffer[20];
  const char* const end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  const auto length = static_cast<std::size_t>(end - buffer);
  if (length < digits) out->append(digits - length, '0');
  out->append(buffer, length);
}

}  // namespace herd
