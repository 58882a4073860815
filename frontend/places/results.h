// An answer of Nearby Search in its legacy shape, checked, and ready to be cut to any bound.
//
// A plain value; copies share the text, from any thread. Reading keeps parser memory of each
// thread's own between calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "frontend/places/document.h"

namespace herd::places {

class Results {
 public:
  // The largest bound that there is; a larger one keeps all.
  static constexpr int kMostKept = 20;

  // No answer at all.
  Results() = default;

  // `body` is the legacy shape: a JSON object with `results`, an array of anything, and `status`, a
  // string. It stays as it is byte for byte, but for this:
  // - A run of carriage returns and newlines that holds two or more newlines ends at its first
  //   newline: so `\n\n\n` becomes `\n`, `\r\n\r\n` becomes `\r\n`, and a lone `\r\n` stays.
  // - Such runs at the beginning and at the end go, however short: the text stands behind the
  //   newline of the AT line and before the two that end the reply.
  // - A missing `html_attributions` is added as an empty list, first in the object.
  //
  // Errors, INVALID_ARGUMENT with a message for people: not JSON as RFC 8259 has it (cut off, a
  // byte order mark, not UTF-8), nested more than 1,024 deep, a number that fits neither 64 bits
  // nor a finite double; not an object; `results` or `status` missing or of another type; one of
  // the three names there twice, since readers differ in which of the two counts.
  static absl::StatusOr<Results> Read(std::string body);

  // Of a document that has no results to cut.
  static Results WithoutAny(std::string json, std::string status);

  // The answer's `status`, unescaped.
  const std::string& status() const { return status_; }

  // How many results there are; kMostKept + 1 when there are more than are ever kept.
  std::size_t count() const { return count_; }

  // Bytes of memory that it takes, about.
  std::size_t bytes() const { return sizeof(*this) + (text_ == nullptr ? 0 : text_->size()); }

  // `results` keeps its first elements, as many as the bound allows, with every byte of them and of
  // the white space between them. What followed the last one kept goes, up to the white space
  // before the closing bracket; with none kept the array reads `[]`. A bound beneath 0 counts as 0.
  Document CutTo(int bound) const;

 private:
  std::shared_ptr<const std::string> text_;
  std::string status_;
  std::size_t count_ = 0;
  // Where what is kept ends, by the number of results kept, for those fewer than there are.
  std::array<std::uint32_t, kMostKept + 1> ends_{};
  // Where the closing bracket of the results stands, and the white space before it begins.
  std::uint32_t bracket_ = 0;
  std::uint32_t space_ = 0;
};

// Whether this is JSON, as Results::Read checks it. `body` is changed in capacity only.
// Errors: as there.
absl::Status CheckJson(std::string& body);

}  // namespace herd::places
