// Place files for tests: the body as written below, the header worked out.
#pragma once

#include <string>

#include "client/standin/place_file.h"

namespace herd::standin {

// "herd-places 1 COUNT FINGERPRINT\n" and the body. `places` overrides the count.
std::string PlaceText(const std::string& body);
std::string PlaceText(const std::string& body, size_t places);

// The same, read. Aborts where it cannot be.
PlaceFile PlacesOf(const std::string& body);

// "4250779\t152109\tName\n". Degrees, to five decimals.
std::string PlaceLine(double latitude, double longitude, const std::string& name);

}  // namespace herd::standin
