// The file of places that the stand-in answers from: what it holds and how it is read.
//
// UTF-8 text, written by data/make_places.py; every line ends in \n, fields are parted by tabs:
//
//   file     := header division+
//   header   := "herd-places 1 " number-of-places " " fingerprint-of-the-rest-in-16-hex-digits
//   division := ">" country \t first-division \t second-division   (divisions may be empty)
//               place+
//   place    := latitude \t longitude \t name
//
// Latitude and longitude are whole hundred-thousandths of a degree, at most 90 and 180 degrees.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace herd::standin {

// Where a place belongs. "US", "California", "Los Angeles County".
struct Division {
  std::string_view country;
  std::string_view first;
  std::string_view second;
};

struct Place {
  std::string_view name;
  int32_t latitude_e5 = 0;   // hundred-thousandths of a degree
  int32_t longitude_e5 = 0;  // hundred-thousandths of a degree
  uint32_t division = 0;     // index into PlaceFile::divisions
};

// Constant once read. The names in `divisions` and `places` point into `text`, which a move keeps
// where it is.
struct PlaceFile {
  std::unique_ptr<const std::string> text;
  std::vector<Division> divisions;
  std::vector<Place> places;
  uint64_t fingerprint = 0;
};

// Errors: InvalidArgument, which says what is wrong in which line.
absl::StatusOr<PlaceFile> ParsePlaces(std::string text);

// Errors: NOT_FOUND, naming the file, when it cannot be read.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

// Errors: those of ParsePlaces, and that the file cannot be read; all of them name the file.
absl::StatusOr<PlaceFile> ReadPlaces(const std::string& path);

}  // namespace herd::standin
