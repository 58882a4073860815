// Google's Nearby Search (New): asked as Google documents it, answered in the legacy shape.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "frontend/places/backend.h"

namespace herd::places {

// What the legacy shape is made of, and no more: Google's price of a call goes by the dearest field
// asked for. Ratings, price levels and opening hours are of its Enterprise class.
inline constexpr char kDefaultFieldMask[] =
    "places.id,places.displayName,places.location,places.viewport,places.types,places.photos.name,"
    "places.photos.widthPx,places.photos.heightPx,places.shortFormattedAddress,"
    "places.formattedAddress,places.businessStatus,places.iconMaskBaseUri,"
    "places.iconBackgroundColor,places.plusCode,places.rating,places.userRatingCount,"
    "places.priceLevel,places.currentOpeningHours.openNow";

// Errors, INVALID_ARGUMENT: empty, or with bytes that a list of field names has not.
absl::Status CheckFieldMask(const std::string& mask);

class NewApi final : public Backend {
 public:
  struct Options {
    // Has passed CheckBaseUrl; a slash at its end does not matter.
    std::string base_url;
    // May be empty.
    std::string key;
    // Has passed CheckFieldMask.
    std::string field_mask = kDefaultFieldMask;
    // No more than a client wants, in place of as many as any may want.
    bool ask_bound = false;
  };
  explicit NewApi(Options options);

  int ResultsToAskFor(int bound) const override;
  // POST BASE/v1/places:searchNearby with the circle and `results` as maxResultCount.
  HttpRequest RequestFor(const Query& query, int results) const override;
  Reply ReplyTo(Fetched fetched) const override;

 private:
  const Options options_;
};

}  // namespace herd::places
