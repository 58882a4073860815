// Cuts the body of a Nearby Search answer down to what a WHATSAT reply carries.
//
// Pure, any thread: each thread keeps parser memory of its own between calls.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace herd::places {

struct CutAnswer {
  // The body byte for byte but for this:
  // - `results` keeps its first elements, as many as the bound allows, with every byte of them and
  //   of the white space between them. What followed the last one kept goes, up to the white space
  //   before the closing bracket; with none kept the array reads `[]`.
  // - A run of carriage returns and newlines that holds two or more newlines ends at its first
  //   newline: so `\n\n\n` becomes `\n`, `\r\n\r\n` becomes `\r\n`, and a lone `\r\n` stays.
  // - Such runs at the beginning and at the end go, however short: the text stands behind the
  //   newline of the AT line and before the two that end the reply.
  // - A missing `html_attributions` is added as an empty list, first in the object.
  std::string json;
  // The body's `status`, unescaped.
  std::string status;
};

// `body` is the legacy shape: a JSON object with `results`, an array of anything, and `status`, a
// string. `bound` beneath 0 counts as 0.
//
// Errors, INVALID_ARGUMENT with a message for people: not JSON as RFC 8259 has it (cut off, a byte
// order mark, not UTF-8), nested more than 1,024 deep, a number that fits neither 64 bits nor a
// finite double; not an object; `results` or `status` missing or of another type; one of the three
// names there twice, since readers differ in which of the two counts.
absl::StatusOr<CutAnswer> CutResults(std::string body, int bound);

}  // namespace herd::places
