// Decimal numbers as people write them: digits, and optionally a point with digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
};

// Reads a number from the front of `text` and removes it from there.
// nullopt: no digit at the front, or a point without a digit behind it.
std::optional<Decimal> ConsumeDecimal(std::string_view& text);

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

}  // namespace herd
