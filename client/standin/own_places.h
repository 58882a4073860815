// An operator's own places, from a file that people and maps programs write: CSV or GeoJSON.
//
// Pure but for ReadOwnPlaces.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/standin/place_file.h"

namespace herd::standin {

// CSV as RFC 4180 has it, in UTF-8: the first line names the columns, in any order and case:
// `name`, `latitude` (or `lat`) and `longitude` (or `lon`, `lng`), in decimal degrees; `country`,
// `first` and `second` say in which divisions a place lies and may be left out, and so may be their
// values. Other columns are passed over. Quotes within a field that does not begin with one are as
// any other character; behind the closing quote of one that does, its comma or line end follows.
// Errors: INVALID_ARGUMENT, which says what is wrong in which line.
absl::StatusOr<PlaceFile> ParseCsvPlaces(std::string_view text);

// A GeoJSON FeatureCollection (RFC 7946) of points; their properties are named as the columns
// above. Features of other geometries are passed over. Errors: INVALID_ARGUMENT, which says what is
// wrong with which feature.
absl::StatusOr<PlaceFile> ParseGeoJsonPlaces(std::string_view text);

// By the first character that is no white space: `{` begins GeoJSON, all else CSV.
// Errors: those of the above, and that the file cannot be read; all of them name the file.
absl::StatusOr<PlaceFile> ReadOwnPlaces(const std::string& path);

}  // namespace herd::standin
