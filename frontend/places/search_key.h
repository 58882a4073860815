// When two searches are the same, so that one answer serves both.
//
// Pure, any thread.
#pragma once

#include <string>

#include "frontend/places/places.h"

namespace herd::places {

// Positions that agree in so many decimals of a degree, rounded, count as one: about a metre. A
// phone that lies on a table moves further.
inline constexpr int kSharedDecimals = 5;

// The position rounded to kSharedDecimals, the radius, and how many results are asked for. The
// backend is the server's own and the same for all.
std::string SharedKey(const Query& query, int results);

// The same with every digit of the position.
std::string ExactKey(const Query& query, int results);

// "34.0689349" is 3406893, in units of 10^-kSharedDecimals; half a unit goes away from zero. For
// numbers of up to three whole digits.
std::int64_t Rounded(std::string_view decimal);

}  // namespace herd::places
