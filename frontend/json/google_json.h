// Prints JSON as Google's legacy web services do, whose layout is part of what clients see: an
// indent of three spaces, `"key" : value`, keys in the order of the value (nlohmann::json sorts
// them), arrays of plain values on one line where they fit, `[]` and `{}` where empty.
#pragma once

#include <string>

#include "nlohmann/json.hpp"

namespace herd {

// No newline at the end. Strings must be UTF-8 and come back as they are but for what JSON forbids
// and `<`, `>`, `&`, which are escaped as Google does it. Numbers are printed as short as they can
// be read back; those that JSON cannot say (infinity) become null.
std::string GoogleJson(const nlohmann::json& value);

}  // namespace herd
