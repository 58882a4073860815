// Google's Nearby Search, legacy and new, over a file of places: what is asked in, the JSON
// document out.
//
// Constant after construction: any thread may ask.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/standin/nearby_query.h"
#include "client/standin/new_nearby_query.h"
#include "client/standin/place_file.h"
#include "client/standin/place_index.h"
#include "nlohmann/json.hpp"

namespace herd::standin {

class NearbySearch {
 public:
  struct Options {
    // The one that is good; empty: any but none at all.
    std::string key;
    // A page token counts only so long after it was given out, milliseconds.
    int64_t page_token_delay_ms = 0;
  };

  explicit NearbySearch(PlaceFile file) : NearbySearch(std::move(file), Options()) {}
  NearbySearch(PlaceFile file, Options options);

  // The legacy API. Always a document, whatever the parameters: a refusal is a document too.
  // `now_ms` is milliseconds since the POSIX epoch.
  std::string Answer(const Parameters& parameters, int64_t now_ms = 0) const;

  // The new API: a JSON document and its HTTP status.
  struct NewAnswer {
    int http_status = 200;
    std::string body;
  };
  NewAnswer AnswerNew(std::string_view api_key, std::string_view field_mask,
                      const std::string& body) const;

 private:
  bool IsGoodKey(std::string_view key) const;
  nlohmann::json Document(const NearbyQuery& query, int64_t now_ms) const;
  nlohmann::json NewDocument(const NewNearbyQuery& query) const;
  // The places that the query matches, in its order, at most kMaxResults.
  std::vector<Neighbor> Find(const NearbyQuery& query) const;
  bool Matches(const NearbyQuery& query, const Place& place) const;
  void OrderByProminence(std::vector<Neighbor>& found) const;
  const Division& DivisionOf(const Place& place) const { return file_.divisions[place.division]; }

  const Options options_;
  const PlaceFile file_;
  const PlaceIndex index_;
};

}  // namespace herd::standin
