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
// Of a time: with as many nanoseconds as there may be it does not fit any more.
constexpr std::uint64_t kMaxSeconds = std::numeric_limits<Nanos>::max() / kNanosPerSecond;

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

// A coordinate as a fix keeps it.
struct Coordinate {
  std::uint32_t magnitude = 0;  // in units of its last decimal
  std::uint32_t shape = 0;      // that of the number alone, as if it came first; 0: it does not fit
  bool negative = false;
};

// The usual number: with a point, of at most 8 digits in all, which are turned together into the
// magnitude. Returns where it ends, or nullptr: it is none of that kind.
const char* ReadShortNumber(const char* at, const char* end, Coordinate* coordinate) {
  constexpr std::size_t kWord = 8;
  if (end - at < static_cast<std::ptrdiff_t>(2 * kWord + 1)) return nullptr;
  const std::uint64_t before = digits::Load(at);
  const std::size_t whole = digits::Count(before);
  if (whole == 0 || whole == kWord || at[whole] != '.') return nullptr;
  const std::uint64_t behind = digits::Load(at + whole + 1);
  const std::size_t decimals = digits::Count(behind);
  if (decimals == 0 || whole + decimals > kWord) return nullptr;
  const std::uint64_t all =
      before << (kWord - whole) * 8 >> decimals * 8 | behind << (kWord - decimals) * 8;
  coordinate->magnitude = static_cast<std::uint32_t>(digits::ToNumber(all));
  coordinate->shape = static_cast<std::uint32_t>(whole | decimals << 4);
  return at + whole + 1 + decimals;
}

const char* ReadLongNumber(const char* at, const char* end, std::uint64_t max,
                           Coordinate* coordinate) {
  constexpr std::uint64_t kMaxMagnitude = std::numeric_limits<std::uint32_t>::max();
  Decimal number;
  at = ReadDecimal(at, end, &number);
  if (number.whole > max || (number.whole == max && !number.fraction_is_zero)) return nullptr;
  if (at == nullptr || !FitsShape(number)) return at;
  const std::uint64_t magnitude = number.whole * PowerOfTen(number.decimals) + number.fraction;
  if (magnitude > kMaxMagnitude) return at;
  coordinate->magnitude = static_cast<std::uint32_t>(magnitude);
  coordinate->shape = Shape::Number(0, number);
  return at;
}

const char* ReadCoordinate(const char* at, const char* end, std::uint64_t max,
                           Coordinate* coordinate) {
  if (at == end || (*at != '+' && *at != '-')) return nullptr;
  coordinate->negative = *at == '-';
  const char* const behind = ReadShortNumber(at + 1, end, coordinate);
  if (behind == nullptr) return ReadLongNumber(at + 1, end, max, coordinate);
  const std::uint64_t unit = PowerOfTen(Shape::Decimals(coordinate->shape, 0));
  return coordinate->magnitude > max * unit ? nullptr : behind;
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

struct PosixTime {
  Nanos nanos = 0;
  std::uint32_t shape = 0;  // that of the number alone, as if it came first; 0: it does not fit
};

// The usual time: 10 digits, as all times from 2001 to 2286 have, a point, and 1 to 9 decimals.
// Returns where it ends, or nullptr: it is none of that kind.
const char* ReadUsualTime(const char* at, const char* end, PosixTime* time) {
  constexpr std::size_t kWord = 8;
  constexpr std::size_t kWhole = 10;
  if (end - at <= static_cast<std::ptrdiff_t>(kWhole + 1 + kWord + 1)) return nullptr;
  const std::uint64_t first = digits::Load(at);
  if (digits::Count(first) != kWord || !IsDigit(at[8]) || !IsDigit(at[9]) || at[kWhole] != '.') {
    return nullptr;
  }
  const char* const behind_point = at + kWhole + 1;
  digits::Run decimals = digits::Leading(behind_point);
  if (decimals.count == 0) return nullptr;
  if (decimals.count == kWord && IsDigit(behind_point[kWord])) {
    decimals = {decimals.value * 10 + DigitValue(behind_point[kWord]), kWord + 1};
    if (IsDigit(behind_point[kWord + 1])) return nullptr;
  }
  const std::uint64_t seconds =
      digits::ToNumber(first) * 100 + DigitValue(at[8]) * 10 + DigitValue(at[9]);
  if (seconds >= kMaxSeconds) return nullptr;
  time->nanos = static_cast<Nanos>(seconds * kNanosPerSecond +
                                   decimals.value * PowerOfTen(kTimeDecimals - decimals.count));
  time->shape = static_cast<std::uint32_t>(kWhole | decimals.count << 4);
  return behind_point + decimals.count;
}

const char* ReadAnyTime(const char* at, const char* end, PosixTime* time) {
  Decimal seconds;
  at = ReadDecimal(at, end, &seconds);
  if (at == nullptr) return nullptr;
  const std::optional<Nanos> nanos = ToNanos(seconds);
  if (!nanos) return nullptr;
  const bool fits = seconds.whole_digits <= kMaxShapeDigits && seconds.decimals <= kTimeDecimals;
  time->nanos = *nanos;
  time->shape = fits ? Shape::Number(0, seconds) : 0;
  return at;
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
  if (at == nullptr || latitude.shape == 0 || longitude.shape == 0) return at;
  fix->latitude = latitude.magnitude;
  fix->longitude = longitude.magnitude;
  fix->shape = latitude.shape << Shape::kLatitude | longitude.shape << Shape::kLongitude |
               (latitude.negative ? Shape::kLatitudeNegative : 0) |
               (longitude.negative ? Shape::kLongitudeNegative : 0);
  return at;
}

const char* ReadTime(const char* at, const char* end, Fix* fix) {
  PosixTime time;
  const char* behind = ReadUsualTime(at, end, &time);
  if (behind == nullptr) behind = ReadAnyTime(at, end, &time);
  if (behind == nullptr) return nullptr;
  if (fix->shape != 0 && time.shape != 0) {
    fix->shape |= time.shape << Shape::kTime;
  } else {
    *fix = {};
  }
  fix->time = time.nanos;
  return behind;
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
