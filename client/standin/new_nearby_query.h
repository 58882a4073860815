// What a request to Nearby Search (New) asks for, and how its headers and body are read: values in,
// values out.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "client/standin/nearby_query.h"

namespace herd::standin {

struct NewNearbyQuery {
  NearbyQuery query;
  std::size_t max_results = kPageSize;
  // "places.displayName", "places.photos.name"; "*" is all.
  std::set<std::string, std::less<>> fields;
};

// Why a request is not answered: an HTTP status, Google's word for it, and what a person needs to
// know.
struct NewRefusal {
  int http_status = 400;
  std::string status;
  std::string message;
};

std::variant<NewNearbyQuery, NewRefusal> ParseNewNearbyQuery(std::string_view field_mask,
                                                             const std::string& body);

}  // namespace herd::standin
