// Google's Nearby Search in its legacy version: the shape that clients know is its own, so its
// bytes are passed on.
#pragma once

#include <string>

#include "frontend/places/backend.h"

namespace herd::places {

class LegacyApi final : public Backend {
 public:
  // `base_url` has passed CheckBaseUrl; a slash at its end does not matter. `key` may be empty.
  LegacyApi(std::string base_url, std::string key);

  // Up to 20 come whatever is asked for; and also a client that wants none gets Google's own
  // document, so that it learns of its status.
  int ResultsToAskFor(int bound) const override;
  // GET BASE/maps/api/place/nearbysearch/json?location=..&radius=..&key=.., without `key` when
  // there is none.
  HttpRequest RequestFor(const Query& query, int results) const override;
  Reply ReplyTo(Fetched fetched) const override;

 private:
  const std::string base_url_;
  const std::string key_;
};

}  // namespace herd::places
