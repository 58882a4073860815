// What Google knows of a place and GeoNames does not: identity, popularity. It is MADE UP here,
// from nothing but the place's name and position, so that answers have the shape of the real ones.
// It says nothing about the world; it is the same in every run and on every machine.
#pragma once

#include <string>

#include "client/standin/place_file.h"

namespace herd::standin {

// Looks like one of Google's ("ChIJ" and 23 more characters) and means nothing to Google.
std::string PlaceId(const Place& place, const Division& division);

// How many people are said to have rated it: 1 to 400,000. It is also the prominence by which
// places are ordered: a place that bears the name of its division (so is likely its seat) outdoes
// others.
int RatingsTotal(const Place& place, const Division& division);

// Their mean in tenths: 35 to 50.
int RatingTenths(const Place& place, const Division& division);

}  // namespace herd::standin
