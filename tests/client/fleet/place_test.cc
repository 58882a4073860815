#include "client/fleet/place.h"

#include <cmath>

#include "gtest/gtest.h"

namespace herd::client {
namespace {

TEST(Place, IsWrittenWithSignsAndSixDecimals) {
  EXPECT_EQ(ToString({.latitude = 34.06893, .longitude = -118.445127}), "+34.068930-118.445127");
  EXPECT_EQ(ToString({.latitude = -5, .longitude = 7.1}), "-05.000000+007.100000");
  EXPECT_EQ(ToString({.latitude = 90, .longitude = 180}), "+90.000000+180.000000");
}

TEST(Place, IsReadAsItIsWritten) {
  for (const char* const text : {"+34.068930-118.445127", "-90.000000+180.000000"}) {
    const absl::StatusOr<Place> place = ParsePlace(text);
    ASSERT_TRUE(place.ok()) << place.status();
    EXPECT_EQ(ToString(*place), text);
  }
  EXPECT_EQ(ToString(*ParsePlace("+1-1")), "+01.000000-001.000000");
}

TEST(Place, IsNotReadFromSomethingElse) {
  for (const char* const text :
       {"", "+", "34.0-118.0", "+34.0", "+34.0118.0", "+91+1", "+1+181", "+1e1+1", "+nan+1",
        "+.5+1", "+5.+1", "+1+1+1", " +1+1", "+1+1 ", "+1 +1", "++1+1", "+1.2.3+1", "x+1+1"}) {
    EXPECT_FALSE(ParsePlace(text).ok()) << text;
  }
  EXPECT_EQ(ParsePlace("home").status().message(),
            "\"home\" is no place; one looks like +34.068930-118.445127");
}

TEST(Place, LiesBesideAnotherByMetres) {
  const Place north = Beside({.latitude = 60, .longitude = 10}, 0, 1000);
  EXPECT_NEAR(north.latitude, 60.008983, 1e-6);
  EXPECT_EQ(north.longitude, 10);
  // At 60 degrees a degree of longitude is half as long.
  const Place east = Beside({.latitude = 60, .longitude = 10}, 1000, 0);
  EXPECT_EQ(east.latitude, 60);
  EXPECT_NEAR(east.longitude, 10.017966, 1e-6);
}

TEST(Place, MayLieBeyondTheDateLine) {
  EXPECT_NEAR(Beside({.latitude = 0, .longitude = 179.999}, 1000, 0).longitude, -179.992, 1e-3);
  EXPECT_NEAR(Beside({.latitude = 0, .longitude = -179.999}, -1000, 0).longitude, 179.992, 1e-3);
}

}  // namespace
}  // namespace herd::client
