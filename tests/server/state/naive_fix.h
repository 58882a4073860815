// The grammar of positions and times, and their arithmetic, once more: character by character and
// in wide numbers, for tests to hold the fast reader against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/numeric/int128.h"
#include "server/state/fix.h"

namespace herd {

struct NaiveNumber {
  std::string whole;  // digits
  std::string decimals;

  // Of all its digits, in units of its last one; modulo 2^128.
  absl::uint128 Value() const;
  bool IsAtMost(unsigned max) const;
  // As it is part of a fix's shape, at its lowest place; 0 if it does not fit.
  std::uint32_t Shape(std::size_t most_decimals) const;
};

// Takes a number from the front.
std::optional<NaiveNumber> TakeNaively(std::string* text);

std::optional<Fix> ParseNaively(const FixText& text);

}  // namespace herd
