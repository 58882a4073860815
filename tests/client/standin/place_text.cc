#include "tests/client/standin/place_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "client/standin/fingerprint.h"

namespace herd::standin {
namespace {

size_t CountPlaces(const std::string& body) {
  const auto lines = std::ranges::count(body, '\n');
  const auto divisions = std::ranges::count(body, '>');
  return static_cast<size_t>(lines - divisions);
}

int ToE5(double degrees) { return static_cast<int>(std::lround(degrees * 100'000)); }

}  // namespace

std::string PlaceText(const std::string& body) { return PlaceText(body, CountPlaces(body)); }

std::string PlaceText(const std::string& body, size_t places) {
  return absl::StrCat("herd-places 1 ", places, " ", absl::Hex(Fingerprint(body), absl::kZeroPad16),
                      "\n", body);
}

PlaceFile PlacesOf(const std::string& body) { return ParsePlaces(PlaceText(body)).value(); }

std::string PlaceLine(double latitude, double longitude, const std::string& name) {
  return absl::StrCat(ToE5(latitude), "\t", ToE5(longitude), "\t", name, "\n");
}

}  // namespace herd::standin
