#include "client/standin/plus_code.h"

#include <algorithm>
#include <string_view>

namespace herd::standin {
namespace {

constexpr std::string_view kDigits = "23456789CFGHJMPQRVWX";
constexpr int kPairs = 5;
constexpr size_t kPlusAt = 8;
// The last pair of digits counts steps of 1/8000 degree, which are 12.5 hundred-thousandths.
constexpr int64_t kStepsPerDegree = 8000;

int64_t Steps(int64_t e5, int64_t range_degrees) { return (e5 + range_degrees * 100'000) * 2 / 25; }

}  // namespace

std::string PlusCode(int32_t latitude_e5, int32_t longitude_e5) {
  // The pole belongs to the cell beneath it, and 180 degrees east are 180 degrees west.
  int64_t latitude = std::min(Steps(latitude_e5, 90), 180 * kStepsPerDegree - 1);
  int64_t longitude = Steps(longitude_e5, 180) % (360 * kStepsPerDegree);
  std::string code(2 * kPairs, ' ');
  for (size_t i = code.size(); i > 0; i -= 2) {
    code[i - 1] = kDigits[static_cast<size_t>(longitude % 20)];
    code[i - 2] = kDigits[static_cast<size_t>(latitude % 20)];
    longitude /= 20;
    latitude /= 20;
  }
  return code.insert(kPlusAt, "+");
}

}  // namespace herd::standin
