#include "client/standin/nearby_search.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "client/standin/made_up.h"
#include "client/standin/new_place_json.h"
#include "client/standin/page_token.h"
#include "client/standin/place_json.h"
#include "frontend/json/google_json.h"

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

constexpr int kNewIndent = 2;

NearbySearch::NewAnswer ToNewAnswer(const NewRefusal& refusal) {
  const json document = {
      {"error",
       {{"code", refusal.http_status}, {"message", refusal.message}, {"status", refusal.status}}}};
  return {refusal.http_status, document.dump(kNewIndent) + "\n"};
}

}  // namespace

NearbySearch::NearbySearch(PlaceFile file, Options options)
    : options_(std::move(options)), file_(std::move(file)), index_(file_.places) {}

bool NearbySearch::IsGoodKey(std::string_view key) const {
  return options_.key.empty() ? !key.empty() : key == options_.key;
}

std::string NearbySearch::Answer(const Parameters& parameters, int64_t now_ms) const {
  const auto key = parameters.find("key");
  // That there is none is said by the query's own rules.
  if (key != parameters.end() && !key->second.empty() && !IsGoodKey(key->second)) {
    return GoogleJson(RefusalDocument({"REQUEST_DENIED", "The provided API key is invalid."})) +
           "\n";
  }
  const auto parsed = ParseNearbyQuery(parameters, file_.fingerprint, now_ms);
  const auto* const query = std::get_if<NearbyQuery>(&parsed);
  return GoogleJson(query ? Document(*query, now_ms) : RefusalDocument(std::get<Refusal>(parsed))) +
         "\n";
}

NearbySearch::NewAnswer NearbySearch::AnswerNew(std::string_view api_key,
                                                std::string_view field_mask,
                                                const std::string& body) const {
  if (!IsGoodKey(api_key)) {
    return ToNewAnswer({403, "PERMISSION_DENIED",
                        "Method doesn't allow unregistered callers, or the API key is not valid."});
  }
  const auto parsed = ParseNewNearbyQuery(field_mask, body);
  if (const auto* const refusal = std::get_if<NewRefusal>(&parsed)) return ToNewAnswer(*refusal);
  return {200, NewDocument(std::get<NewNearbyQuery>(parsed)).dump(kNewIndent) + "\n"};
}

json NearbySearch::Document(const NearbyQuery& query, int64_t now_ms) const {
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
    if (options_.page_token_delay_ms > 0) {
      next.usable_from_ms = now_ms + options_.page_token_delay_ms;
    }
    document["next_page_token"] = EncodePageToken(next, file_.fingerprint);
  }
  return document;
}

json NearbySearch::NewDocument(const NewNearbyQuery& query) const {
  json document = json::object();
  const std::vector<Neighbor> found = Find(query.query);
  for (size_t i = 0; i < std::min(query.max_results, found.size()); ++i) {
    const Place& place = file_.places[found[i].place];
    document["places"].push_back(Masked(NewPlaceJson(place, DivisionOf(place)), query.fields));
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
