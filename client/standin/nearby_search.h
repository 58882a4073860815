// Google's legacy Nearby Search over a file of places: parameters in, the JSON document out.
//
// Constant after construction: any thread may ask.
#pragma once

#include <string>
#include <vector>

#include "client/standin/nearby_query.h"
#include "client/standin/place_file.h"
#include "client/standin/place_index.h"
#include "nlohmann/json.hpp"

namespace herd::standin {

class NearbySearch {
 public:
  explicit NearbySearch(PlaceFile file);

  // Always a document, whatever the parameters: a refusal is a document too.
  std::string Answer(const Parameters& parameters) const;

 private:
  nlohmann::json Document(const NearbyQuery& query) const;
  // The places that the query matches, in its order, at most kMaxResults.
  std::vector<Neighbor> Find(const NearbyQuery& query) const;
  bool Matches(const NearbyQuery& query, const Place& place) const;
  void OrderByProminence(std::vector<Neighbor>& found) const;
  const Division& DivisionOf(const Place& place) const { return file_.divisions[place.division]; }

  const PlaceFile file_;
  const PlaceIndex index_;
};

}  // namespace herd::standin
