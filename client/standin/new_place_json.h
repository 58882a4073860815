// A place as the `places` of Google's Nearby Search (New) show one.
#pragma once

#include <set>
#include <string>

#include "client/standin/place_file.h"
#include "nlohmann/json.hpp"

namespace herd::standin {

// All that is known of it.
nlohmann::json NewPlaceJson(const Place& place, const Division& division);

// What of it the field mask names: "places.location" is the whole of it, "places.location.latitude"
// a part; "places" and "*" are everything.
nlohmann::json Masked(const nlohmann::json& place, const std::set<std::string, std::less<>>& mask);

}  // namespace herd::standin
