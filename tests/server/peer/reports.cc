#include "tests/server/peer/reports.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace herd::peer {

bool Report(Store& store, const std::string& client_id, const std::string& time,
            const std::string& position) {
  const FixText text{.position = position, .time = time};
  Request request{.kind = Request::Kind::kReport,
                  .client_id = client_id,
                  .fix = ParseFix(text).value(),
                  .text = text};
  return store.Execute(absl::MakeSpan(&request, 1), nullptr).updates == 1;
}

std::string Lookup(Store& store, const std::string& client_id) {
  Request request{.kind = Request::Kind::kLookup, .client_id = client_id};
  std::vector<Sighting> sightings;
  store.Execute(absl::MakeSpan(&request, 1), &sightings);
  if (sightings.empty()) return "";
  return absl::StrCat(sightings[0].server, " ", sightings[0].position, " ", sightings[0].time);
}

VersionVector Vector(const Store& store) {
  VersionVector vector;
  store.ReadVector(&vector);
  return vector;
}

}  // namespace herd::peer
