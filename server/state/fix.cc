#include "server/state/fix.h"

#include <algorithm>
#include <limits>

#include "server/state/decimal.h"

namespace herd {
namespace {

constexpr std::uint64_t kMaxLatitude = 90;
constexpr std::uint64_t kMaxLongitude = 180;
constexpr std::size_t kTimeDecimals = 9;
constexpr std::size_t kMaxShapeDigits = 15;

// The fields of Fix::shape.
struct Shape {
  static constexpr unsigned kLatitude = 0;
  static constexpr unsigned kLongitude = 8;
  static constexpr unsigned kTime = 16;
  static constexpr std::uint32_t kLatitudeNegative = 1U << 24;
  static constexpr std::uint32_t kLongitudeNegative = 1U << 25;
  static constexpr std::uint32_t kAllBits = (1U << 26) - 1;

  static std::uint32_t Number(unsigned field, const Decimal& number) {
    return static_cast<std::uint32_t>(number.whole_digits | number.decimals << 4) << field;
  }
  static std::size_t Digits(std::uint32_t shape, unsigned field) { return shape >> field & 0xF; }
  static std::size_t Decimals(std::uint32_t shape, unsigned field) {
    return shape >> (field + 4) & 0xF;
  }
};

bool FitsShape(const Decimal& number) {
  return number.whole_digits <= kMaxShapeDigits && number.decimals <= kMaxShapeDigits;
}

struct Coordinate {
  Decimal number;
  bool negative = false;

  // Only for a coordinate that FitsShape.
  std::uint64_t magnitude() const {
    return number.whole * PowerOfTen(number.decimals) + number.fraction;
  }
};

const char* ReadCoordinate(const char* at, const char* end, std::uint64_t max,
                           Coordinate* coordinate) {
  if (at == end || (*at != '+' && *at != '-')) return nullptr;
  coordinate->negative = *at == '-';
  Decimal& number = coordinate->number;
  at = ReadDecimal(at + 1, end, &number);
  const bool beyond = number.whole > max || (number.whole == max && !number.fraction_is_zero);
  return beyond ? nullptr : at;
}

std::optional<Nanos> ToNanos(const Decimal& seconds) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<Nanos>::max());
  constexpr auto kPerSecond = static_cast<std::uint64_t>(kNanosPerSecond);
  std::uint64_t nanos = seconds.fraction;
  if (seconds.decimals <= kTimeDecimals) {
    nanos *= PowerOfTen(kTimeDecimals - seconds.decimals);
  } else {
    nanos /= PowerOfTen(std::min(seconds.decimals, Decimal::kKeptDecimals) - kTimeDecimals);
  }
  if (seconds.whole > (kMax - nanos) / kPerSecond) return std::nullopt;
  return static_cast<Nanos>(seconds.whole * kPerSecond + nanos);
}

// Whether both numbers fit into a fix.
bool Fit(const Coordinate& latitude, const Coordinate& longitude) {
  constexpr std::uint64_t kMaxMagnitude = std::numeric_limits<std::uint32_t>::max();
  return FitsShape(latitude.number) && FitsShape(longitude.number) &&
         latitude.magnitude() <= kMaxMagnitude && longitude.magnitude() <= kMaxMagnitude;
}

void AppendNumber(std::uint64_t magnitude, std::size_t digits, std::size_t decimals,
                  std::string* out) {
  const std::uint64_t unit = PowerOfTen(decimals);
  AppendPadded(magnitude / unit, digits, out);
  if (decimals == 0) return;
  out->push_back('.');
  AppendPadded(magnitude % unit, decimals, out);
}

// Whether `magnitude`, written with as many digits, is what that text would have been read as.
bool IsWellFormedNumber(std::uint64_t magnitude, std::uint64_t max, std::uint32_t shape,
                        unsigned field) {
  const std::size_t digits = Shape::Digits(shape, field);
  const std::uint64_t unit = PowerOfTen(Shape::Decimals(shape, field));
  if (digits == 0 || magnitude / unit >= PowerOfTen(digits)) return false;
  return magnitude / unit < max || (magnitude / unit == max && magnitude % unit == 0);
}

}  // namespace

const char* ReadPosition(const char* at, const char* end, Fix* fix) {
  Coordinate latitude;
  at = ReadCoordinate(at, end, kMaxLatitude, &latitude);
  if (at == nullptr) return nullptr;
  Coordinate longitude;
  at = ReadCoordinate(at, end, kMaxLongitude, &longitude);
  if (at == nullptr || !Fit(latitude, longitude)) return at;
  fix->latitude = static_cast<std::uint32_t>(latitude.magnitude());
  fix->longitude = static_cast<std::uint32_t>(longitude.magnitude());
  fix->shape = Shape::Number(Shape::kLatitude, latitude.number) |
               Shape::Number(Shape::kLongitude, longitude.number) |
               (latitude.negative ? Shape::kLatitudeNegative : 0) |
               (longitude.negative ? Shape::kLongitudeNegative : 0);
  return at;
}

const char* ReadTime(const char* at, const char* end, Fix* fix) {
  Decimal seconds;
  at = ReadDecimal(at, end, &seconds);
  if (at == nullptr) return nullptr;
  const std::optional<Nanos> time = ToNanos(seconds);
  if (!time) return nullptr;
  const bool fits = fix->shape != 0 && seconds.whole_digits <= kMaxShapeDigits &&
                    seconds.decimals <= kTimeDecimals;
  if (fits) {
    fix->shape |= Shape::Number(Shape::kTime, seconds);
  } else {
    *fix = {};
  }
  fix->time = *time;
  return at;
}

std::optional<Fix> ParseFix(const FixText& text) {
  const auto [position, time] = text;
  Fix fix;
  const char* at = ReadPosition(position.data(), position.data() + position.size(), &fix);
  if (at == nullptr || at != position.data() + position.size()) return std::nullopt;
  at = ReadTime(time.data(), time.data() + time.size(), &fix);
  if (at == nullptr || at != time.data() + time.size()) return std::nullopt;
  return fix;
}

bool IsWellFormed(const Fix& fix) {
  if (fix.time < 0) return false;
  if (fix.shape == 0) return fix.latitude == 0 && fix.longitude == 0;
  if ((fix.shape & ~Shape::kAllBits) != 0) return false;
  const std::size_t time_digits = Shape::Digits(fix.shape, Shape::kTime);
  const std::size_t time_decimals = Shape::Decimals(fix.shape, Shape::kTime);
  if (time_digits == 0 || time_decimals > kTimeDecimals) return false;
  const auto time = static_cast<std::uint64_t>(fix.time);
  return time / kNanosPerSecond < PowerOfTen(time_digits) &&
         time % PowerOfTen(kTimeDecimals - time_decimals) == 0 &&
         IsWellFormedNumber(fix.latitude, kMaxLatitude, fix.shape, Shape::kLatitude) &&
         IsWellFormedNumber(fix.longitude, kMaxLongitude, fix.shape, Shape::kLongitude);
}

void AppendPosition(const Fix& fix, std::string* out) {
  out->push_back((fix.shape & Shape::kLatitudeNegative) != 0 ? '-' : '+');
  AppendNumber(fix.latitude, Shape::Digits(fix.shape, Shape::kLatitude),
               Shape::Decimals(fix.shape, Shape::kLatitude), out);
  out->push_back((fix.shape & Shape::kLongitudeNegative) != 0 ? '-' : '+');
  AppendNumber(fix.longitude, Shape::Digits(fix.shape, Shape::kLongitude),
               Shape::Decimals(fix.shape, Shape::kLongitude), out);
}

void AppendTime(const Fix& fix, std::string* out) {
  const std::size_t decimals = Shape::Decimals(fix.shape, Shape::kTime);
  const std::uint64_t magnitude =
      static_cast<std::uint64_t>(fix.time) / PowerOfTen(kTimeDecimals - decimals);
  AppendNumber(magnitude, Shape::Digits(fix.shape, Shape::kTime), decimals, out);
}

std::size_t LongitudeOffset(std::string_view position) { return position.find_first_of("+-", 1); }

}  // namespace herd
