#include "client/standin/place_json.h"

#include <set>

#include "client/standin/made_up.h"
#include "client/standin/plus_code.h"
#include "gtest/gtest.h"

namespace herd::standin {
namespace {

const Division kNowhere = {"XX", "", ""};

TEST(PlusCode, IsTheOneThatGoogleGives) {
  EXPECT_EQ(PlusCode(-3386752, 15120165), "4RRH46J2+XM");
  EXPECT_EQ(PlusCode(4928108, -12312476), "84XR7VJG+C3");
  EXPECT_EQ(PlusCode(3576774, 13980939), "8Q7XQR95+3Q");
  EXPECT_EQ(PlusCode(3753094, 12714837), "8Q99G4JX+98");
}

TEST(PlusCode, StaysOnTheGlobe) {
  EXPECT_EQ(PlusCode(9000000, 0), "CFX2X2X2+X2");
  EXPECT_EQ(PlusCode(-9000000, -18000000), "22222222+22");
  EXPECT_EQ(PlusCode(0, 18000000), PlusCode(0, -18000000));
}

TEST(PlaceId, IsTheSameEveryTimeAndLooksLikeGoogles) {
  const Place place = {"Bel Air", 3408334, -11844869, 0};
  EXPECT_EQ(PlaceId(place, {"US", "", ""}), "ChIJk5t2JS5pR-QRdLZCBxkUmBc");
  EXPECT_EQ(PlaceId(place, {"US", "", ""}).size(), 27u);
}

TEST(PlaceId, DiffersWithNamePositionAndCountry) {
  const std::set<std::string> ids = {
      PlaceId({"A", 1, 2, 0}, {"US", "", ""}), PlaceId({"B", 1, 2, 0}, {"US", "", ""}),
      PlaceId({"A", 2, 2, 0}, {"US", "", ""}), PlaceId({"A", 1, 3, 0}, {"US", "", ""}),
      PlaceId({"A", 1, 2, 0}, {"CA", "", ""})};
  EXPECT_EQ(ids.size(), 5u);
}

TEST(Ratings, StayWithinTheirBounds) {
  for (int32_t i = 0; i < 2'000; ++i) {
    const Place place = {"Somewhere", i, -i, 0};
    EXPECT_GE(RatingsTotal(place, kNowhere), 1);
    EXPECT_LT(RatingsTotal(place, kNowhere), 1'000);
    EXPECT_GE(RatingTenths(place, kNowhere), 35);
    EXPECT_LE(RatingTenths(place, kNowhere), 50);
  }
}

TEST(Ratings, AreMostForTheSeatOfADivision) {
  const Place place = {"Los Angeles", 3405223, -11824368, 0};
  EXPECT_GE(RatingsTotal(place, {"US", "California", "Los Angeles County"}), 1'000);
  EXPECT_LT(RatingsTotal(place, {"US", "California", "Los Angeles County"}), 20'000);
  EXPECT_GE(RatingsTotal(place, {"US", "Los Angeles", ""}), 20'000);
  EXPECT_GE(RatingsTotal(place, {"US", "State of Los Angeles", ""}), 20'000);
  EXPECT_LT(RatingsTotal(place, {"US", "California", "Los Angelesville"}), 1'000);
  EXPECT_LT(RatingsTotal(place, {"US", "California", "New-Los Angeles"}), 1'000);
}

TEST(Vicinity, GoesFromTheSmallToTheLarge) {
  EXPECT_EQ(Vicinity({"US", "California", "Los Angeles County"}),
            "Los Angeles County, California, US");
}

TEST(Vicinity, LeavesOutWhatIsUnknownOrSaidAlready) {
  EXPECT_EQ(Vicinity({"AD", "Canillo", ""}), "Canillo, AD");
  EXPECT_EQ(Vicinity({"SG", "", ""}), "SG");
  EXPECT_EQ(Vicinity({"VN", "Hanoi", "Hanoi"}), "Hanoi, VN");
}

TEST(PlaceJson, HasTheFieldsOfALegacyResult) {
  const auto json = PlaceJson({"Bel Air", 3408334, -11844869, 0}, {"US", "California", ""});
  std::set<std::string> keys;
  for (const auto& item : json.items()) keys.insert(item.key());
  EXPECT_EQ(keys, (std::set<std::string>{"business_status", "geometry", "icon",
                                         "icon_background_color", "icon_mask_base_uri", "name",
                                         "place_id", "plus_code", "rating", "reference", "scope",
                                         "types", "user_ratings_total", "vicinity"}));
  EXPECT_EQ(json["reference"], json["place_id"]);
  EXPECT_EQ(json["geometry"]["location"]["lat"], 34.08334);
  EXPECT_EQ(json["geometry"]["location"]["lng"], -118.44869);
}

TEST(PlaceJson, WrapsTheViewportAroundTheDateLineAndStopsItAtThePole) {
  const auto viewport = PlaceJson({"N", 8999000, 17999000, 0}, kNowhere)["geometry"]["viewport"];
  EXPECT_EQ(viewport["northeast"]["lat"], 90);
  EXPECT_EQ(viewport["northeast"]["lng"], -179.99);
  EXPECT_EQ(viewport["southwest"]["lng"], 179.97);
  const auto west = PlaceJson({"S", -8999000, -17999000, 0}, kNowhere)["geometry"]["viewport"];
  EXPECT_EQ(west["southwest"]["lat"], -90);
  EXPECT_EQ(west["southwest"]["lng"], 179.99);
}

}  // namespace
}  // namespace herd::standin
