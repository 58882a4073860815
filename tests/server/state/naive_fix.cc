#include "tests/server/state/naive_fix.h"

#include <limits>

#include "server/state/decimal.h"

namespace herd {
namespace {

// Digits of 0 in front of a number change nothing but what its text looks like.
std::string WithoutZeros(const std::string& digits) {
  const std::size_t begin = digits.find_first_not_of('0');
  return begin == std::string::npos ? "" : digits.substr(begin);
}

std::optional<NaiveNumber> TakeCoordinate(std::string* text, unsigned max, bool* negative) {
  const std::string sign = text->substr(0, 1);
  if (sign != "+" && sign != "-") return std::nullopt;
  *negative = sign == "-";
  text->erase(0, 1);
  const std::optional<NaiveNumber> number = TakeNaively(text);
  return number && number->IsAtMost(max) ? number : std::nullopt;
}

}  // namespace

absl::uint128 NaiveNumber::Value() const {
  absl::uint128 value = 0;
  for (const char digit : whole + decimals) value = value * 10 + DigitValue(digit);
  return value;
}

bool NaiveNumber::IsAtMost(unsigned max) const {
  const std::string digits = WithoutZeros(whole);
  const std::string limit = std::to_string(max);
  if (digits.size() != limit.size()) return digits.size() < limit.size();
  return digits < limit || (digits == limit && WithoutZeros(decimals).empty());
}

std::uint32_t NaiveNumber::Shape(std::size_t most_decimals) const {
  const bool fits = whole.size() <= 15 && decimals.size() <= most_decimals;
  return fits ? static_cast<std::uint32_t>(whole.size() | decimals.size() << 4) : 0;
}

std::optional<NaiveNumber> TakeNaively(std::string* text) {
  const auto take_digits = [&] {
    const std::string digits = text->substr(0, text->find_first_not_of("0123456789"));
    text->erase(0, digits.size());
    return digits;
  };
  NaiveNumber number{.whole = take_digits()};
  if (number.whole.empty()) return std::nullopt;
  if (text->substr(0, 1) != ".") return number;
  text->erase(0, 1);
  number.decimals = take_digits();
  return number.decimals.empty() ? std::nullopt : std::optional(number);
}

std::optional<Fix> ParseNaively(const FixText& text) {
  std::string position(text.position);
  std::string time_text(text.time);
  bool south = false;
  bool west = false;
  const auto latitude = TakeCoordinate(&position, 90, &south);
  if (!latitude) return std::nullopt;
  const auto longitude = TakeCoordinate(&position, 180, &west);
  const auto time = TakeNaively(&time_text);
  if (!longitude || !time || !position.empty() || !time_text.empty()) return std::nullopt;
  NaiveNumber nanos{.whole = WithoutZeros(time->whole), .decimals = time->decimals};
  nanos.decimals.resize(9, '0');
  if (nanos.whole.size() > 10 || nanos.Value() > std::numeric_limits<Nanos>::max()) {
    return std::nullopt;
  }
  Fix fix{.time = static_cast<Nanos>(absl::Uint128Low64(nanos.Value()))};
  constexpr std::uint32_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (latitude->Shape(15) == 0 || longitude->Shape(15) == 0 || time->Shape(9) == 0 ||
      latitude->Value() > kMax || longitude->Value() > kMax) {
    return fix;
  }
  fix.latitude = static_cast<std::uint32_t>(absl::Uint128Low64(latitude->Value()));
  fix.longitude = static_cast<std::uint32_t>(absl::Uint128Low64(longitude->Value()));
  fix.shape = latitude->Shape(15) | longitude->Shape(15) << 8 | time->Shape(9) << 16 |
              (south ? 1U << 24 : 0) | (west ? 1U << 25 : 0);
  return fix;
}

}  // namespace herd
