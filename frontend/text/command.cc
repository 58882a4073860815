#include "frontend/text/command.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>

#include "server/state/decimal.h"

namespace herd::text {
namespace {

constexpr std::size_t kFields = 4;  // of each command, its word included
constexpr std::uint64_t kMaxRadiusKm = 50;
constexpr std::uint64_t kMaxBound = 20;
constexpr std::size_t kMetresDigits = 3;  // a kilometre's decimals that are whole metres

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// How many of 8 characters come before the first that is a space or less; 8: none is.
std::size_t BeforeControl(const char* text) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  // The top bit of a byte less than 0x21. A borrow reaches only what stands behind such a byte.
  const std::uint64_t less = (word - 0x2121212121212121) & ~word & 0x8080808080808080;
  return static_cast<std::size_t>(std::countr_zero(less)) / 8;
}

const char* EndOfField(const char* at, const char* end) {
  while (end - at >= 8) {
    const std::size_t before = BeforeControl(at);
    at += before;
    if (before == 8) continue;
    if (IsSpace(*at)) return at;
    ++at;
  }
  while (at != end && !IsSpace(*at)) ++at;
  return at;
}

// At most one field more than any command has, so that a longer line shows.
struct Fields {
  std::array<std::string_view, kFields + 1> at;
  std::size_t count = 0;
};

Fields SplitFields(std::string_view line) {
  Fields fields;
  const char* at = line.data();
  const char* const end = at + line.size();
  while (fields.count < fields.at.size()) {
    while (at != end && IsSpace(*at)) ++at;
    if (at == end) break;
    const char* const begin = at;
    at = EndOfField(at, end);
    fields.at[fields.count++] = {begin, static_cast<std::size_t>(at - begin)};
  }
  return fields;
}

Command ParseIamat(const Fields& fields) {
  Command command{.client_id = fields.at[1],
                  .text = {.position = fields.at[2], .time = fields.at[3]}};
  if (const std::optional<Fix> fix = ParseFix(command.text)) {
    command.kind = Command::Kind::kIamat;
    command.fix = *fix;
  }
  return command;
}

bool IsRadius(std::string_view text) {
  const std::optional<Decimal> km = ParseDecimal(text);
  return km && (km->whole < kMaxRadiusKm || (km->whole == kMaxRadiusKm && km->fraction_is_zero));
}

std::optional<int> ParseBound(std::string_view text) {
  const std::optional<Decimal> bound = ParseDecimal(text);
  if (!bound || bound->decimals != 0 || bound->whole > kMaxBound) return std::nullopt;
  return static_cast<int>(bound->whole);
}

Command ParseWhatsat(const Fields& fields) {
  Command command{.client_id = fields.at[1], .radius_km = fields.at[2]};
  const std::optional<int> bound = ParseBound(fields.at[3]);
  if (bound && IsRadius(command.radius_km)) {
    command.kind = Command::Kind::kWhatsat;
    command.bound = *bound;
  }
  return command;
}

}  // namespace

Command ParseCommand(std::string_view line) {
  const Fields fields = SplitFields(line);
  if (fields.count == 0) return {.kind = Command::Kind::kBlank};
  if (fields.count != kFields) return {};
  if (fields.at[0] == "IAMAT") return ParseIamat(fields);
  if (fields.at[0] == "WHATSAT") return ParseWhatsat(fields);
  return {};
}

std::string_view WithoutCarriageReturn(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::string ToMetres(std::string_view radius_km) {
  const std::size_t point = radius_km.find('.');
  std::string whole(radius_km.substr(0, point));
  std::string decimals(point == std::string_view::npos ? "" : radius_km.substr(point + 1));
  if (decimals.size() < kMetresDigits) decimals.resize(kMetresDigits, '0');
  whole.append(decimals, 0, kMetresDigits);
  decimals.erase(0, kMetresDigits);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  return decimals.empty() ? whole : whole + "." + decimals;
}

std::string ToLocation(std::string_view position) {
  const std::size_t longitude = LongitudeOffset(position);
  const auto without_plus = [](std::string_view number) {
    if (number[0] == '+') number.remove_prefix(1);
    return std::string(number);
  };
  return without_plus(position.substr(0, longitude)) + "," +
         without_plus(position.substr(longitude));
}

}  // namespace herd::text
