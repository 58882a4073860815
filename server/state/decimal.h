// Decimal numbers as people write them: digits, and optionally a point with digits.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace herd {

struct Decimal {
  // The part before the point; kSaturated if it is larger than that.
  std::uint64_t whole = 0;
  // The first kKeptDecimals decimals as a whole number, and whether any decimal at all is not 0.
  std::uint64_t fraction = 0;
  bool fraction_is_zero = true;
  // How many digits stand before and after the point; 0 after it means that there is no point.
  std::size_t whole_digits = 0;
  std::size_t decimals = 0;

  static constexpr std::uint64_t kSaturated = 100'000'000'000'000'000;
  static constexpr std::size_t kKeptDecimals = 15;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// Reads a number at the front of [at, end). Returns where it ends, or nullptr: there is no digit at
// the front, or a point without a digit behind it. What stands behind the number is looked at, up
// to `end`, and decides nothing.
const char* ReadDecimal(const char* at, const char* end, Decimal* number);

// `text` as a whole is one number.
std::optional<Decimal> ParseDecimal(std::string_view text);

// 10^exponent, for exponents up to 19.
inline constexpr std::array<std::uint64_t, 20> kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();
constexpr std::uint64_t PowerOfTen(std::size_t exponent) { return kPowersOfTen[exponent]; }

// Writes `value` with leading zeros, at least `digits` of them.
void AppendPadded(std::uint64_t value, std::size_t digits, std::string* out);

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr std::uint64_t DigitValue(char c) { return static_cast<std::uint64_t>(c - '0'); }

// --- behind ReadDecimal, here since each report calls it -----------------------------------------

namespace digits {

// Some digits in a row.
struct Run {
  std::uint64_t value = 0;
  std::size_t count = 0;
};

// How many digits 8 characters begin with, given as a word whose lowest byte is the first.
inline std::size_t Count(std::uint64_t word) {
  static_assert(std::endian::native == std::endian::little);
  // Of a digit both its upper half and that of the character six further are 3. A carry reaches
  // only what stands behind the first character that is none.
  const std::uint64_t halves =
      (word & 0xF0F0F0F0F0F0F0F0) | (((word + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) >> 4);
  return static_cast<std::size_t>(std::countr_zero(halves ^ 0x3333333333333333)) / 8;
}

// The number that 8 digits make; bytes of 0 stand for digits of 0. After D. Lemire, "Quickly
// parsing eight digits", 2018.
inline std::uint64_t ToNumber(std::uint64_t word) {
  word &= 0x0F0F0F0F0F0F0F0F;
  word = (word * 2561 >> 8) & 0x00FF00FF00FF00FF;
  word = (word * 6553601 >> 16) & 0x0000FFFF0000FFFF;
  return word * 42949672960001 >> 32;
}

inline std::uint64_t Load(const char* text) {
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  return word;
}

// The digits that 8 characters begin with.
inline Run Leading(const char* text) {
  const std::uint64_t word = Load(text);
  const std::size_t count = Count(word);
  if (count == 0) return {};
  return {ToNumber(word << (sizeof word - count) * 8), count};
}

// The digits at the front of [at, end) if they are less than 16 and 16 characters can be read;
// else the count is kUnread.
inline constexpr std::size_t kUnread = 16;
inline Run ReadFew(const char* at, const char* end) {
  if (end - at < 16) return {.count = kUnread};
  const Run first = Leading(at);
  if (first.count < 8) return first;
  const Run second = Leading(at + 8);
  return {first.value * PowerOfTen(second.count) + second.value, 8 + second.count};
}

// The same of any number of digits and characters; see Decimal.
const char* ReadWhole(const char* at, const char* end, Decimal* number);
const char* ReadFraction(const char* at, const char* end, Decimal* number);

}  // namespace digits

inline const char* ReadDecimal(const char* at, const char* end, Decimal* number) {
  *number = {};
  if (const digits::Run whole = digits::ReadFew(at, end); whole.count != digits::kUnread) {
    number->whole = whole.value;
    number->whole_digits = whole.count;
    at += whole.count;
  } else {
    at = digits::ReadWhole(at, end, number);
  }
  if (number->whole_digits == 0) return nullptr;
  if (at == end || *at != '.') return at;
  ++at;
  if (const digits::Run fraction = digits::ReadFew(at, end); fraction.count != digits::kUnread) {
    number->fraction = fraction.value;
    number->fraction_is_zero = fraction.value == 0;
    number->decimals = fraction.count;
    at += fraction.count;
  } else {
    at = digits::ReadFraction(at, end, number);
  }
  return number->decimals == 0 ? nullptr : at;
}

}  // namespace herd
