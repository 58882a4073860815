#include "frontend/places/search_key.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace herd::places {
namespace {

constexpr char kSeparator = '|';
constexpr std::size_t kLongestNumber = 24;

void Append(std::int64_t number, std::string& key) {
  std::array<char, kLongestNumber> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  key.append(digits.data(), end);
  key += kSeparator;
}

void AppendRest(const Query& query, int results, std::string& key) {
  Append(results, key);
  key += query.radius_m;
}

}  // namespace

std::int64_t Rounded(std::string_view decimal) {
  const bool negative = !decimal.empty() && decimal.front() == '-';
  if (negative) decimal.remove_prefix(1);
  const std::size_t point = std::min(decimal.find('.'), decimal.size());
  std::int64_t units = 0;
  for (const char digit : decimal.substr(0, point)) units = units * 10 + (digit - '0');
  decimal.remove_prefix(std::min(point + 1, decimal.size()));
  const auto digit_at = [&](std::size_t i) { return i < decimal.size() ? decimal[i] - '0' : 0; };
  for (std::size_t i = 0; i < kSharedDecimals; ++i) units = units * 10 + digit_at(i);
  if (digit_at(kSharedDecimals) >= 5) ++units;
  return negative ? -units : units;
}

std::string SharedKey(const Query& query, int results) {
  const std::string_view location = query.location;
  const std::size_t comma = std::min(location.find(','), location.size());
  std::string key;
  Append(Rounded(location.substr(0, comma)), key);
  Append(Rounded(location.substr(std::min(comma + 1, location.size()))), key);
  AppendRest(query, results, key);
  return key;
}

std::string ExactKey(const Query& query, int results) {
  std::string key = query.location;
  key += kSeparator;
  AppendRest(query, results, key);
  return key;
}

}  // namespace herd::places
