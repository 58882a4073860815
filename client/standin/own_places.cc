#include "client/standin/own_places.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/standin/decimal.h"
#include "client/standin/fingerprint.h"
#include "nlohmann/json.hpp"

namespace herd::standin {
namespace {

using nlohmann::json;
using Row = std::vector<std::string>;
// By the name of the column, lower case.
using Fields = std::map<std::string, std::string>;

constexpr double kE5 = 100'000;
constexpr std::string_view kNoCountry = "-";

absl::Status Wrong(const std::string& where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what));
}

const std::string& Get(const Fields& fields, std::initializer_list<const char*> names) {
  static const std::string kNone;
  for (const char* const name : names) {
    const auto found = fields.find(name);
    if (found != fields.end()) return found->second;
  }
  return kNone;
}

// What is not does not survive.
bool IsUtf8(const std::string& text) {
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::ignore)) == text;
}

// Gathers places, and makes a PlaceFile of them: one text that all names point into.
class Gatherer {
 public:
  absl::Status Add(const Fields& fields, const std::string& where) {
    Raw place;
    place.name = std::string(absl::StripAsciiWhitespace(Get(fields, {"name"})));
    if (place.name.empty()) return Wrong(where, "a place needs a name");
    const auto latitude = Degrees(Get(fields, {"latitude", "lat"}), 90);
    const auto longitude = Degrees(Get(fields, {"longitude", "lon", "lng"}), 180);
    if (!latitude) return Wrong(where, "the latitude is not a number of -90 to 90");
    if (!longitude) return Wrong(where, "the longitude is not a number of -180 to 180");
    place.latitude_e5 = *latitude;
    place.longitude_e5 = *longitude;
    place.country = Get(fields, {"country"});
    if (place.country.empty()) place.country = std::string(kNoCountry);
    place.first = Get(fields, {"first"});
    place.second = Get(fields, {"second"});
    for (const std::string* text : {&place.name, &place.country, &place.first, &place.second}) {
      if (!IsUtf8(*text)) return Wrong(where, "it is not UTF-8");
    }
    places_.push_back(std::move(place));
    return absl::OkStatus();
  }

  absl::StatusOr<PlaceFile> Finish() const {
    if (places_.empty()) return absl::InvalidArgumentError("it holds no places");
    std::string text;
    for (const Raw& each : places_) {
      absl::StrAppend(&text, each.country, each.first, each.second, each.name);
    }
    PlaceFile file;
    file.fingerprint = Fingerprint(text);
    file.text = std::make_unique<const std::string>(std::move(text));
    std::string_view rest = *file.text;
    for (const Raw& each : places_) {
      Division division;
      division.country = Take(each.country.size(), rest);
      division.first = Take(each.first.size(), rest);
      division.second = Take(each.second.size(), rest);
      file.divisions.push_back(division);
      file.places.push_back({Take(each.name.size(), rest), each.latitude_e5, each.longitude_e5,
                             static_cast<uint32_t>(file.divisions.size() - 1)});
    }
    return file;
  }

 private:
  struct Raw {
    std::string name, country, first, second;
    int32_t latitude_e5 = 0;
    int32_t longitude_e5 = 0;
  };

  static std::optional<int32_t> Degrees(const std::string& text, double limit) {
    const auto number = ParseDecimal(std::string(absl::StripAsciiWhitespace(text)));
    if (!number || std::abs(*number) > limit) return std::nullopt;
    return static_cast<int32_t>(std::lround(*number * kE5));
  }

  static std::string_view Take(std::size_t length, std::string_view& rest) {
    const std::string_view taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
  }

  std::vector<Raw> places_;
};

// Reads rows one after the other; quoted fields may hold commas, line ends and doubled quotes.
class Csv {
 public:
  explicit Csv(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  // Of the row read last: the line that it begins in, whether it ended within quotes, and whether
  // anything stood between a closing quote and the end of its field.
  int line() const { return line_; }
  bool unclosed() const { return quoted_; }
  bool trailing() const { return trailing_; }

  Row Next() {
    line_ += ends_;
    ends_ = 0;
    Row row(1);
    quoted_ = false;
    trailing_ = false;
    bool closed = false;  // The quotes that the field began with.
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n') ++ends_;
      if (quoted_) {
        quoted_ = InQuotes(c, row.back());
        closed = !quoted_;
      } else if (c == ',') {
        row.emplace_back();
        closed = false;
      } else if (c == '\n') {
        break;
      } else if (closed) {
        trailing_ = trailing_ || c != '\r';
      } else if (c == '"' && row.back().empty()) {
        quoted_ = true;
      } else if (c != '\r') {
        row.back() += c;
      }
    }
    return row;
  }

 private:
  // Whether the field goes on behind `c`.
  bool InQuotes(char c, std::string& field) {
    if (c == '"') {
      if (rest_.empty() || rest_.front() != '"') return false;
      rest_.remove_prefix(1);
    }
    field += c;
    return true;
  }

  std::string_view rest_;
  int line_ = 1;
  int ends_ = 0;
  bool quoted_ = false;
  bool trailing_ = false;
};

bool Has(const Row& columns, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  });
}

absl::StatusOr<Row> ReadColumns(Csv& csv) {
  Row columns = csv.Next();
  for (std::string& column : columns) {
    column = absl::AsciiStrToLower(absl::StripAsciiWhitespace(column));
  }
  if (Has(columns, {"name"}) && Has(columns, {"latitude", "lat"}) &&
      Has(columns, {"longitude", "lon", "lng"})) {
    return columns;
  }
  return Wrong("line 1", "the columns name, latitude and longitude are needed");
}

// Numbers as they stand there.
std::string TextOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : std::string();
}

absl::Status AddFeature(const json& feature, const std::string& where, Gatherer& gatherer) {
  if (!feature.is_object()) return Wrong(where, "it is not an object");
  const json geometry = feature.value("geometry", json());
  if (!geometry.is_object() || geometry.value("type", json()) != "Point") return absl::OkStatus();
  const json coordinates = geometry.value("coordinates", json());
  if (!coordinates.is_array() || coordinates.size() < 2) {
    return Wrong(where, "a point needs two coordinates");
  }
  Fields fields;
  const json properties = feature.value("properties", json());
  if (properties.is_object()) {
    for (const auto& [name, value] : properties.items()) {
      fields[absl::AsciiStrToLower(name)] = TextOf(value);
    }
  }
  fields["latitude"] = TextOf(coordinates[1]);
  fields["longitude"] = TextOf(coordinates[0]);
  return gatherer.Add(fields, where);
}

}  // namespace

absl::StatusOr<PlaceFile> ParseCsvPlaces(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Csv csv(text);
  const absl::StatusOr<Row> columns = ReadColumns(csv);
  if (!columns.ok()) return columns.status();
  Gatherer gatherer;
  while (!csv.at_end()) {
    const Row row = csv.Next();
    if (row.size() == 1 && row.front().empty()) continue;
    const std::string where = absl::StrCat("line ", csv.line());
    if (csv.unclosed()) return Wrong(where, "a quote that opens there is not closed");
    if (csv.trailing()) return Wrong(where, "text stands between a closing quote and the comma");
    if (row.size() != columns->size()) {
      return Wrong(where,
                   absl::StrCat("it has ", row.size(), " fields in place of ", columns->size()));
    }
    Fields fields;
    for (std::size_t i = 0; i < row.size(); ++i) fields[(*columns)[i]] = row[i];
    if (absl::Status added = gatherer.Add(fields, where); !added.ok()) return added;
  }
  return gatherer.Finish();
}

absl::StatusOr<PlaceFile> ParseGeoJsonPlaces(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return absl::InvalidArgumentError("it is not JSON");
  if (!document.is_object() || document.value("type", json()) != "FeatureCollection" ||
      !document.contains("features") || !document["features"].is_array()) {
    return absl::InvalidArgumentError("it is not a GeoJSON FeatureCollection");
  }
  Gatherer gatherer;
  std::size_t number = 0;
  for (const json& feature : document["features"]) {
    const std::string where = absl::StrCat("feature ", ++number);
    if (absl::Status added = AddFeature(feature, where, gatherer); !added.ok()) return added;
  }
  return gatherer.Finish();
}

absl::StatusOr<PlaceFile> ReadOwnPlaces(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadWholeFile(path);
  if (!text.ok()) return text.status();
  const std::size_t first = text->find_first_not_of(" \t\r\n");
  const bool geo_json = first != std::string::npos && (*text)[first] == '{';
  absl::StatusOr<PlaceFile> file = geo_json ? ParseGeoJsonPlaces(*text) : ParseCsvPlaces(*text);
  if (file.ok()) return file;
  return absl::InvalidArgumentError(
      absl::StrCat("place file ", path, ": ", file.status().message()));
}

}  // namespace herd::standin
