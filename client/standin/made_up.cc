#include "client/standin/made_up.h"

#include <cmath>
#include <cstdint>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/standin/fingerprint.h"

namespace herd::standin {
namespace {

// How many ratings a place has at least and less than, by what it is likely the seat of.
struct Range {
  double least;
  double bound;
};
constexpr Range kSeatOfFirstDivision = {20'000, 400'000};
constexpr Range kSeatOfSecondDivision = {1'000, 20'000};
constexpr Range kSeatOfNothing = {1, 1'000};

// `purpose` gives each made-up fact its own dice.
uint64_t Dice(const Place& place, const Division& division, std::string_view purpose) {
  const std::string position = absl::StrCat(place.latitude_e5, " ", place.longitude_e5, " ");
  uint64_t seed = Fingerprint(purpose);
  seed = Fingerprint(position, seed);
  seed = Fingerprint(division.country, seed);
  return Scatter(Fingerprint(place.name, seed));
}

void AppendFixed64(uint64_t value, std::string& bytes) {
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(value >> shift);
}

// "Los Angeles" bears the name of "Los Angeles County", "Berlin" that of "State of Berlin".
bool BearsNameOf(std::string_view place, std::string_view division) {
  const size_t at = division.find(place);
  if (at == division.npos) return false;
  const std::string_view rest = division.substr(at + place.size());
  return (at == 0 && (rest.empty() || rest.front() == ' ')) ||
         (rest.empty() && division[at - 1] == ' ');
}

Range RatingsRange(const Place& place, const Division& division) {
  if (BearsNameOf(place.name, division.first)) return kSeatOfFirstDivision;
  if (BearsNameOf(place.name, division.second)) return kSeatOfSecondDivision;
  return kSeatOfNothing;
}

}  // namespace

std::string PlaceId(const Place& place, const Division& division) {
  // A message of two 64-bit numbers: what Google's ids decode to.
  std::string bytes("\x0a\x12\x09");
  AppendFixed64(Dice(place, division, "id, upper half"), bytes);
  bytes += '\x11';
  AppendFixed64(Dice(place, division, "id, lower half"), bytes);
  return absl::WebSafeBase64Escape(bytes);
}

int RatingsTotal(const Place& place, const Division& division) {
  const uint64_t dice = Dice(place, division, "ratings total");
  const double share = static_cast<double>(dice >> 11) * 0x1p-53;  // 0 up to 1
  const Range range = RatingsRange(place, division);
  // Few have many: the logarithm is spread evenly.
  return static_cast<int>(range.least * std::pow(range.bound / range.least, share));
}

int RatingTenths(const Place& place, const Division& division) {
  return 35 + static_cast<int>(Dice(place, division, "rating") % 16);
}

}  // namespace herd::standin
