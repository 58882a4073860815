#include "server/operator/area.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/state/fix.h"

namespace herd {
namespace {

using ::testing::HasSubstr;

Degrees DegreesOf(const std::string& position) {
  const FixText text{.position = position, .time = "1"};
  return ToDegrees({.fix = *ParseFix(text), .text = text});
}

v1::Area CircleOf(double latitude, double longitude, double radius_km) {
  v1::Area area;
  area.mutable_circle()->set_latitude(latitude);
  area.mutable_circle()->set_longitude(longitude);
  area.mutable_circle()->set_radius_km(radius_km);
  return area;
}

v1::Area BoxOf(double south, double north, double west, double east) {
  v1::Area area;
  area.mutable_box()->set_south(south);
  area.mutable_box()->set_north(north);
  area.mutable_box()->set_west(west);
  area.mutable_box()->set_east(east);
  return area;
}

TEST(Degrees, AreReadFromTheNumbersOfAFix) {
  EXPECT_DOUBLE_EQ(DegreesOf("+34.068930-118.445127").latitude, 34.06893);
  EXPECT_DOUBLE_EQ(DegreesOf("+34.068930-118.445127").longitude, -118.445127);
  EXPECT_DOUBLE_EQ(DegreesOf("-0.5+7").latitude, -0.5);
  EXPECT_DOUBLE_EQ(DegreesOf("-0.5+7").longitude, 7);
}

TEST(Degrees, AreReadFromATextThatFitsNoNumbers) {
  EXPECT_DOUBLE_EQ(DegreesOf("+34.06893000000000000001-118.445127").latitude, 34.06893);
  EXPECT_DOUBLE_EQ(DegreesOf("-34.1+118.44512700000000000000").longitude, 118.445127);
}

TEST(Distance, IsThatOverTheGround) {
  // A minute of latitude was once a nautical mile.
  EXPECT_NEAR(DistanceKm({0, 0}, {1.0 / 60, 0}), 1.853, 0.001);
  EXPECT_NEAR(DistanceKm({52.52, 13.405}, {48.137, 11.575}), 504.3, 0.5);
  EXPECT_NEAR(DistanceKm({0, 179.5}, {0, -179.5}), 111.2, 0.1);
  EXPECT_NEAR(DistanceKm({90, 0}, {-90, 0}), 20015.1, 0.1);
}

TEST(ACircle, ContainsWhatIsNoFartherThanItsRadius) {
  const Area area = *Area::From(CircleOf(34, -118, 10));
  EXPECT_TRUE(area.Contains({34, -118}));
  EXPECT_TRUE(area.Contains({34.0899, -118}));
  EXPECT_FALSE(area.Contains({34.0900, -118}));
  EXPECT_TRUE(area.Contains({34, -118.108}));
  EXPECT_FALSE(area.Contains({34, -118.109}));
  EXPECT_FALSE(area.Contains({34.07, -118.09}));
}

TEST(ACircle, OfNoRadiusContainsItsMiddle) {
  EXPECT_TRUE(Area::From(CircleOf(34, -118, 0))->Contains({34, -118}));
}

TEST(ACircle, GoesAcrossThePolesAndThe180thMeridian) {
  EXPECT_TRUE(Area::From(CircleOf(89.9, 0, 50))->Contains({89.9, 180}));
  EXPECT_TRUE(Area::From(CircleOf(0, 179.9, 50))->Contains({0, -179.9}));
}

TEST(ABox, ContainsItsBorder) {
  const Area area = *Area::From(BoxOf(33, 34, -119, -118));
  EXPECT_TRUE(area.Contains({33, -119}));
  EXPECT_TRUE(area.Contains({34, -118}));
  EXPECT_FALSE(area.Contains({34.001, -118.5}));
  EXPECT_FALSE(area.Contains({32.999, -118.5}));
  EXPECT_FALSE(area.Contains({33.5, -117.999}));
  EXPECT_FALSE(area.Contains({33.5, -119.001}));
}

TEST(ABox, WhoseWestIsEastOfItsEastLiesAcrossThe180thMeridian) {
  const Area area = *Area::From(BoxOf(-1, 1, 170, -170));
  EXPECT_TRUE(area.Contains({0, 175}));
  EXPECT_TRUE(area.Contains({0, -175}));
  EXPECT_FALSE(area.Contains({0, 0}));
}

TEST(ABox, ContainsAPlaceBothOfWhoseNamesAreItsBorder) {
  const Area east = *Area::From(BoxOf(-1, 1, 170, 180));
  EXPECT_TRUE(east.Contains({0, 180}));
  EXPECT_TRUE(east.Contains({0, -180}));
  EXPECT_FALSE(east.Contains({0, -179.9}));
  EXPECT_TRUE(Area::From(BoxOf(-1, 1, -180, -170))->Contains({0, 180}));
  const Area north = *Area::From(BoxOf(80, 90, 10, 20));
  EXPECT_TRUE(north.Contains({90, -50}));
  EXPECT_FALSE(north.Contains({89.9, -50}));
}

TEST(AnArea, ThatIsNoneIsRefusedWithTheFieldThatIsWrong) {
  const auto why = [](const v1::Area& area) {
    const absl::StatusOr<Area> made = Area::From(area);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(made.status().message());
  };
  EXPECT_THAT(why({}), HasSubstr("neither a circle nor a box"));
  EXPECT_THAT(why(CircleOf(91, 0, 1)), HasSubstr("latitude is 91"));
  EXPECT_THAT(why(CircleOf(0, -180.5, 1)), HasSubstr("longitude is -180.5"));
  EXPECT_THAT(why(CircleOf(0, 0, -1)), HasSubstr("radius_km is -1"));
  EXPECT_THAT(why(CircleOf(0, 0, std::numeric_limits<double>::quiet_NaN())), HasSubstr("radius"));
  EXPECT_THAT(why(BoxOf(2, 1, 0, 0)), HasSubstr("south, 2, is north of north, 1"));
  EXPECT_THAT(why(BoxOf(-100, 1, 0, 0)), HasSubstr("south is -100"));
  EXPECT_THAT(why(BoxOf(0, 1, 0, 200)), HasSubstr("east is 200"));
}

}  // namespace
}  // namespace herd
