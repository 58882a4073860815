#include "server/state/fix.h"

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

std::optional<Coordinate> ConsumeCoordinate(std::string_view& text, std::uint64_t max) {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  const std::optional<Decimal> number = ConsumeDecimal(text);
  if (!number) return std::nullopt;
  if (number->whole > max || (number->whole == max && !number->fraction_is_zero)) {
    return std::nullopt;
  }
  return Coordinate{*number, negative};
}

std::optional<Nanos> ToNanos(const Decimal& seconds) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<Nanos>::max());
  constexpr auto kPerSecond = static_cast<std::uint64_t>(kNanosPerSecond);
  std::uint64_t nanos = seconds.fraction;
  if (seconds.decimals < kTimeDecimals) {
    nanos *= PowerOfTen(kTimeDecimals - seconds.decimals);
  } else if (seconds.decimals > kTimeDecimals) {
    const std::size_t kept =
        seconds.decimals < Decimal::kKeptDecimals ? seconds.decimals : Decimal::kKeptDecimals;
    nanos /= PowerOfTen(kept - kTimeDecimals);
  }
  if (seconds.whole > (kMax - nanos) / kPerSecond) return std::nullopt;
  return static_cast<Nanos>(seconds.whole * kPerSecond + nanos);
}

void SetNumbers(const Coordinate& latitude, const Coordinate& longitude, const Decimal& time,
                Fix& fix) {
  constexpr std::uint64_t kMaxMagnitude = std::numeric_limits<std::uint32_t>::max();
  if (!FitsShape(latitude.number) || !FitsShape(longitude.number)) return;
  if (time.whole_digits > kMaxShapeDigits || time.decimals > kTimeDecimals) return;
  if (latitude.magnitude() > kMaxMagnitude || longitude.magnitude() > kMaxMagnitude) return;
  fix.latitude = static_cast<std::uint32_t>(latitude.magnitude());
  fix.longitude = static_cast<std::uint32_t>(longitude.magnitude());
  fix.shape = Shape::Number(Shape::kLatitude, latitude.number) |
              Shape::Number(Shape::kLongitude, longitude.number) |
              Shape::Number(Shape::kTime, time) |
              (latitude.negative ? Shape::kLatitudeNegative : 0) |
              (longitude.negative ? Shape::kLongitudeNegative : 0);
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

std::optional<Fix> ParseFix(const FixText& text) {
  std::string_view position = text.position;
  const std::optional<Coordinate> latitude = ConsumeCoordinate(position, kMaxLatitude);
  if (!latitude) return std::nullopt;
  const std::optional<Coordinate> longitude = ConsumeCoordinate(position, kMaxLongitude);
  if (!longitude || !position.empty()) return std::nullopt;
  const std::optional<Decimal> seconds = ParseDecimal(text.time);
  if (!seconds) return std::nullopt;
  const std::optional<Nanos> time = ToNanos(*seconds);
  if (!time) return std::nullopt;
  Fix fix{.time = *time};
  SetNumbers(*latitude, *longitude, *seconds, fix);
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
