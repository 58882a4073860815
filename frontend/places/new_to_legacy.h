// Turns an answer of Google's Nearby Search (New) into the legacy shape, which is what clients
// know.
//
// Pure, any thread.
//
//   New                              legacy, in each of `results`
//   id                               place_id, reference
//   displayName.text                 name
//   location.latitude, .longitude    geometry.location.lat, .lng
//   viewport.low, .high              geometry.viewport.southwest, .northeast
//   userRatingCount                  user_ratings_total
//   rating                           rating
//   priceLevel                       price_level: PRICE_LEVEL_FREE is 0, ..._VERY_EXPENSIVE 4
//   shortFormattedAddress            vicinity; without it formattedAddress
//   currentOpeningHours.openNow      opening_hours.open_now
//   photos[].name                    photos[].photo_reference
//   photos[].widthPx, .heightPx      photos[].width, .height
//   types, businessStatus            types, business_status
//   iconMaskBaseUri                  icon_mask_base_uri
//   iconBackgroundColor              icon_background_color
//   plusCode.globalCode              plus_code.global_code
//   plusCode.compoundCode            plus_code.compound_code
//
// A field that is missing, or of another type than Google's, is missing in the result too; one that
// is not named here is left out.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace herd::places {

// `body` is a New answer: a JSON object with `places`, a list of objects; without `places`, as
// Google says that there are none, the status is ZERO_RESULTS. The document is printed as Google
// prints the legacy one.
//
// Errors, INVALID_ARGUMENT with a message for people: not JSON, see Results::Read; not an object;
// `places` of another type; an answer that holds an `error`.
absl::StatusOr<std::string> NewToLegacy(std::string body);

// The `error.message` of an answer that is not HTTP 200, for the log; empty when there is none.
std::string ErrorMessageIn(std::string body);

}  // namespace herd::places
