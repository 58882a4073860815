#include "client/standin/place_file.h"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/standin/fingerprint.h"

namespace herd::standin {
namespace {

constexpr std::string_view kFormat = "herd-places 1 ";
constexpr int32_t kMaxLatitudeE5 = 90 * 100'000;
constexpr int32_t kMaxLongitudeE5 = 180 * 100'000;

// Takes the text before the next `end` off the front of `rest`; all of it where there is none.
std::string_view TakeUntil(char end, std::string_view& rest) {
  const size_t length = rest.find(end);
  const std::string_view taken = rest.substr(0, length);
  rest.remove_prefix(length == rest.npos ? rest.size() : length + 1);
  return taken;
}

template <typename Number>
std::optional<Number> ParseWhole(std::string_view text, int base = 10) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::optional<int32_t> ParseWithin(std::string_view text, int32_t limit) {
  const auto number = ParseWhole<int32_t>(text);
  if (!number || *number < -limit || *number > limit) return std::nullopt;
  return number;
}

struct Header {
  size_t places;
  uint64_t fingerprint;
};

std::optional<Header> ParseHeader(std::string_view line) {
  if (line.substr(0, kFormat.size()) != kFormat) return std::nullopt;
  line.remove_prefix(kFormat.size());
  const auto places = ParseWhole<size_t>(TakeUntil(' ', line));
  const auto fingerprint = ParseWhole<uint64_t>(line, 16);
  if (!places || !fingerprint) return std::nullopt;
  return Header{*places, *fingerprint};
}

std::optional<Division> ParseDivision(std::string_view line) {
  line.remove_prefix(1);
  Division division;
  division.country = TakeUntil('\t', line);
  division.first = TakeUntil('\t', line);
  division.second = line;
  if (division.country.empty()) return std::nullopt;
  return division;
}

std::optional<Place> ParsePlace(std::string_view line, size_t divisions) {
  const auto latitude = ParseWithin(TakeUntil('\t', line), kMaxLatitudeE5);
  const auto longitude = ParseWithin(TakeUntil('\t', line), kMaxLongitudeE5);
  if (!latitude || !longitude || line.empty() || divisions == 0) return std::nullopt;
  return Place{line, *latitude, *longitude, static_cast<uint32_t>(divisions - 1)};
}

absl::Status ParseLine(std::string_view line, PlaceFile& file) {
  if (!line.empty() && line.front() == '>') {
    const auto division = ParseDivision(line);
    if (!division) return absl::InvalidArgumentError("a division without a country");
    file.divisions.push_back(*division);
    return absl::OkStatus();
  }
  const auto place = ParsePlace(line, file.divisions.size());
  if (!place) {
    return absl::InvalidArgumentError("not a latitude, a longitude and a name in a division");
  }
  file.places.push_back(*place);
  return absl::OkStatus();
}

absl::Status ParseBody(std::string_view body, PlaceFile& file) {
  for (size_t number = 2; !body.empty(); ++number) {
    const absl::Status parsed = ParseLine(TakeUntil('\n', body), file);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, ": ", parsed.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlaceFile> ParsePlaces(std::string text) {
  PlaceFile file;
  file.text = std::make_unique<const std::string>(std::move(text));
  std::string_view rest = *file.text;
  if (rest.empty()) return absl::InvalidArgumentError("it is empty");
  const auto header = ParseHeader(TakeUntil('\n', rest));
  if (!header) return absl::InvalidArgumentError("line 1: not the header of a herd-places 1 file");
  file.fingerprint = Fingerprint(rest);
  if (file.fingerprint != header->fingerprint) {
    return absl::InvalidArgumentError("it is damaged or cut short: its checksum does not match");
  }
  if (const absl::Status parsed = ParseBody(rest, file); !parsed.ok()) return parsed;
  if (file.places.size() != header->places) {
    return absl::InvalidArgumentError(absl::StrCat("it says it holds ", header->places,
                                                   " places, but holds ", file.places.size()));
  }
  if (file.places.empty()) return absl::InvalidArgumentError("it holds no places");
  return file;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  // An empty file sets the fail bit of `text`, a folder the bad bit of `stream`.
  if (!stream || (text << stream.rdbuf(), stream.bad()) || errno == EISDIR) {
    const char* const why = errno != 0 ? std::strerror(errno) : "cannot be read";
    return absl::NotFoundError(absl::StrCat("place file ", path, ": ", why));
  }
  return std::move(text).str();
}

absl::StatusOr<PlaceFile> ReadPlaces(const std::string& path) {
  absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<PlaceFile> file = ParsePlaces(*std::move(text));
  if (file.ok()) return file;
  return absl::InvalidArgumentError(
      absl::StrCat("place file ", path, ": ", file.status().message()));
}

}  // namespace herd::standin
