// Throws bytes at what reads the answers of Places: the cutter of legacy documents, and the
// translator of new ones. Whatever it accepts must hold what its header promises.
//
// libFuzzer calls LLVMFuzzerTestOneInput; ctest runs it for some seconds over tests/fuzz/corpus.
#include <algorithm>
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

void TryCutter(const std::string& body) {
  const absl::StatusOr<Results> results = Results::Read(body);
  if (!results.ok()) return;
  for (const int bound : {0, 1, 5, 20}) {
    const std::string cut = results->CutTo(bound).ToString();
    Require(cut.find("\n\n") == std::string::npos, "no two newlines in a row");
    Require(!cut.empty() && cut.back() != '\n', "no newline at the end");
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
