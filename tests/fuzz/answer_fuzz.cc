// Throws bytes at what reads the answers of Places: the cutter of legacy documents, and the
// translator of new ones. Whatever it accepts must hold what its header promises.
//
// libFuzzer calls LLVMFuzzerTestOneInput; ctest runs it for some seconds over tests/fuzz/answers.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "frontend/places/new_to_legacy.h"
#include "frontend/places/results.h"

namespace herd::places {
namespace {

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// `part` is `whole` without one stretch of it, or all of it.
bool IsCutFrom(const std::string& whole, const std::string& part) {
  if (part.size() > whole.size()) return false;
  const auto head = std::mismatch(part.begin(), part.end(), whole.begin()).first - part.begin();
  const auto tail = std::mismatch(part.rbegin(), part.rend(), whole.rbegin()).first - part.rbegin();
  return head + tail >= static_cast<std::ptrdiff_t>(part.size());
}

void TryCutter(const std::string& body) {
  const absl::StatusOr<Results> results = Results::Read(body);
  if (!results.ok()) return;
  const std::string uncut = results->CutTo(Results::kMostKept).ToString();
  for (const int bound : {0, 1, 5, 20}) {
    const std::string cut = results->CutTo(bound).ToString();
    Require(cut.find("\n\n") == std::string::npos, "no two newlines in a row");
    Require(!cut.empty() && cut.back() != '\n', "no newline at the end");
    Require(IsCutFrom(uncut, cut), "every kept byte is unchanged");
    const absl::StatusOr<Results> again = Results::Read(cut);
    Require(again.ok(), "what is cut can be read");
    Require(again->status() == results->status(), "the status stays");
    const auto most = static_cast<std::size_t>(bound);
    Require(again->count() == std::min(results->count(), most), "so many results stay");
    Require(again->CutTo(bound).ToString() == cut, "cutting once more changes nothing");
  }
}

void TryTranslator(const std::string& body) {
  ErrorMessageIn(body);
  const absl::StatusOr<std::string> legacy = NewToLegacy(body);
  if (legacy.ok()) Require(Results::Read(*legacy).ok(), "a translation is a legacy document");
}

}  // namespace
}  // namespace herd::places

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  herd::places::TryCutter(body);
  herd::places::TryTranslator(body);
  return 0;
}
