// A place as the `results` of Google's legacy Nearby Search show one.
#pragma once

#include <string>

#include "client/standin/place_file.h"
#include "nlohmann/json.hpp"

namespace herd::standin {

// "Los Angeles County, California, US".
std::string Vicinity(const Division& division);

nlohmann::json PlaceJson(const Place& place, const Division& division);

}  // namespace herd::standin
