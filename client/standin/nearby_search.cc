#include "client/standin/nearby_search.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "client/standin/google_json.h"
#include "client/standin/made_up.h"
#include "client/standin/page_token.h"
#include "client/standin/place_json.h"

namespace herd::standin {
namespace {

using nlohmann::json;

json EmptyDocument(const std::string& status) {
  return {{"html_attributions", json::array()}, {"results", json::array()}, {"status", status}};
}

json RefusalDocument(const Refusal& refusal) {
  json document = EmptyDocument(refusal.status);
  document["error_message"] = refusal.message;
  return document;
}

}  // namespace

NearbySearch::NearbySearch(PlaceFile file) : file_(std::move(file)), index_(file_.places) {}

std::string NearbySearch::Answer(const Parameters& parameters) const {
  const auto parsed = ParseNearbyQuery(parameters, file_.fingerprint);
  const auto* const query = std::get_if<NearbyQuery>(&parsed);
  return GoogleJson(query ? Document(*query) : RefusalDocument(std::get<Refusal>(parsed))) + "\n";
}

json NearbySearch::Document(const NearbyQuery& query) const {
  const std::vector<Neighbor> found = Find(query);
  if (query.offset >= found.size()) return EmptyDocument("ZERO_RESULTS");
  json document = EmptyDocument("OK");
  const size_t end = std::min(query.offset + kPageSize, found.size());
  for (size_t i = query.offset; i < end; ++i) {
    const Place& place = file_.places[found[i].place];
    document["results"].push_back(PlaceJson(place, DivisionOf(place)));
  }
  if (end < found.size()) {
    NearbyQuery next = query;
    next.offset = end;
    document["next_page_token"] = EncodePageToken(next, file_.fingerprint);
  }
  return document;
}

std::vector<Neighbor> NearbySearch::Find(const NearbyQuery& query) const {
  std::vector<Neighbor> found = index_.Within(query.radius_m, query.latitude, query.longitude);
  std::erase_if(found, [&](const Neighbor& neighbor) {
    return !Matches(query, file_.places[neighbor.place]);
  });
  if (query.rank_by == RankBy::kProminence) OrderByProminence(found);
  if (found.size() > kMaxResults) found.resize(kMaxResults);
  return found;
}

bool NearbySearch::Matches(const NearbyQuery& query, const Place& place) const {
  if (!query.type.empty() && query.type != "locality" && query.type != "political") return false;
  if (query.words.empty()) return true;
  std::string text(place.name);
  text.append(", ").append(Vicinity(DivisionOf(place))).append(" locality political");
  absl::AsciiStrToLower(&text);
  return std::ranges::all_of(
      std::vector<std::string>(absl::StrSplit(query.words, ' ')),
      [&](const std::string& word) { return absl::StrContains(text, word); });
}

void NearbySearch::OrderByProminence(std::vector<Neighbor>& found) const {
  struct Ranked {
    int ratings;
    Neighbor neighbor;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(found.size());
  for (const Neighbor& neighbor : found) {
    const Place& place = file_.places[neighbor.place];
    ranked.push_back({RatingsTotal(place, DivisionOf(place)), neighbor});
  }
  // Stable: of two with as many ratings the nearer one stays first.
  std::ranges::stable_sort(ranked, std::greater(), &Ranked::ratings);
  std::ranges::transform(ranked, found.begin(), &Ranked::neighbor);
}

}  // namespace herd::standin
