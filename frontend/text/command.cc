#include "frontend/text/command.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <system_error>

#include "server/state/decimal.h"

namespace herd::text {
namespace {

constexpr std::uint64_t kMaxRadiusKm = 50;
constexpr std::uint64_t kMaxBound = 20;
constexpr double kMaxSkewSeconds = 9e9;   // some 290 years, which nanoseconds can count
constexpr std::size_t kMetresDigits = 3;  // a kilometre's decimals that are whole metres

// White space but for the "\n" that ends the line.
bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n'); }

// How many of 8 characters come before the first that is a space or less; 8: none is.
std::size_t BeforeControl(const char* text) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word;
  std::memcpy(&word, text, sizeof(word));
  // The top bit of a byte less than 0x21. A borrow reaches only what stands behind such a byte.
  const std::uint64_t less = (word - 0x2121212121212121) & ~word & 0x8080808080808080;
  return static_cast<std::size_t>(std::countr_zero(less)) / 8;
}

// What is left of a line, taken field by field.
class Fields {
 public:
  Fields(const char* at, const char* end) : at_(at), end_(end) { SkipSpaces(); }

  const char* at() const { return at_; }
  bool AtEnd() const { return at_ == end_ || *at_ == '\n'; }

  // Empty at the end of the line.
  std::string_view Next() {
    const char* const begin = at_;
    while (end_ - at_ >= 8) {
      const std::size_t before = BeforeControl(at_);
      at_ += before;
      if (before == 8) continue;
      if (IsSpace(*at_) || *at_ == '\n') return Taken(begin);
      ++at_;
    }
    while (!AtEnd() && !IsSpace(*at_)) ++at_;
    return Taken(begin);
  }

  // The next field if `read`, given its beginning and where the text ends, says that it ends there.
  // Empty: it does not.
  template <typename Read>
  std::string_view Next(Read read) {
    const char* const begin = at_;
    const char* const behind = read(at_, end_);
    if (behind == nullptr) return {};
    at_ = behind;
    if (!AtEnd() && !IsSpace(*at_)) return {};
    return Taken(begin);
  }

 private:
  std::string_view Taken(const char* begin) {
    const std::string_view field(begin, static_cast<std::size_t>(at_ - begin));
    SkipSpaces();
    return field;
  }
  void SkipSpaces() {
    while (at_ != end_ && IsSpace(*at_)) ++at_;
  }

  const char* at_;
  const char* const end_;
};

// What reaches from the beginning of the first to the end of the last, if there is but a space
// between each two of them.
std::string_view Together(std::string_view id, const FixText& text) {
  const char* const begin = id.data();
  const char* const end = text.time.data() + text.time.size();
  const auto size = static_cast<std::size_t>(end - begin);
  const bool spaces = size == id.size() + text.position.size() + text.time.size() + 2 &&
                      begin[id.size()] == ' ' && text.time.data()[-1] == ' ';
  return spaces ? std::string_view(begin, size) : std::string_view();
}

// Client, position and time.
bool ReadReport(Fields* fields, Command* command) {
  command->client_id = fields->Next();
  Fix* const fix = &command->fix;
  command->text.position =
      fields->Next([fix](const char* at, const char* end) { return ReadPosition(at, end, fix); });
  if (command->text.position.empty()) return false;
  command->text.time =
      fields->Next([fix](const char* at, const char* end) { return ReadTime(at, end, fix); });
  return !command->text.time.empty();
}

bool ReadIamat(Fields* fields, Command* command) {
  if (!ReadReport(fields, command) || !fields->AtEnd()) return false;
  command->operands = Together(command->client_id, command->text);
  return true;
}

std::optional<Nanos> ReadSkew(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  if (Fix fix; ReadTime(text.data(), end, &fix) == end) return negative ? -fix.time : fix.time;
  // As Python prints a small number: 9.5e-05.
  double seconds = 0;
  const auto [behind, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc() || behind != end || !(seconds >= 0) || seconds > kMaxSkewSeconds) {
    return std::nullopt;
  }
  const auto skew = static_cast<Nanos>(std::llround(seconds * kNanosPerSecond));
  return negative ? -skew : skew;
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

bool ReadWhatsat(Fields* fields, Command* command) {
  command->client_id = fields->Next();
  command->radius_km = fields->Next();
  const std::optional<int> bound = ParseBound(fields->Next());
  if (!bound || !IsRadius(command->radius_km) || !fields->AtEnd()) return false;
  command->bound = *bound;
  return true;
}

const char* EndOfLine(const char* at, const char* end) {
  const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
  return found == nullptr ? end : static_cast<const char*>(found);
}

}  // namespace

const char* ReadCommand(const char* at, const char* end, Command* command) {
  command->kind = Command::Kind::kInvalid;
  command->fix = {};
  Fields fields(at, end);
  const std::string_view word = fields.Next();
  if (word == "IAMAT" && ReadIamat(&fields, command)) {
    command->kind = Command::Kind::kIamat;
  } else if (word == "WHATSAT" && ReadWhatsat(&fields, command)) {
    command->kind = Command::Kind::kWhatsat;
  } else if (word.empty()) {
    command->kind = Command::Kind::kBlank;
  } else {
    return EndOfLine(fields.at(), end);
  }
  return fields.at();
}

Command ParseCommand(std::string_view line) {
  Command command;
  ReadCommand(line.data(), line.data() + line.size(), &command);
  return command;
}

bool ReadAt(std::string_view line, Command* command) {
  command->kind = Command::Kind::kInvalid;
  command->fix = {};
  Fields fields(line.data(), line.data() + line.size());
  if (fields.Next() != "AT") return false;
  command->server = fields.Next();
  const std::optional<Nanos> skew = ReadSkew(fields.Next());
  if (!skew || !ReadReport(&fields, command)) return false;
  command->skew = *skew;
  command->kind = Command::Kind::kAt;
  return true;
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
