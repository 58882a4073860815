#include "client/standin/place_index.h"

#include <cmath>
#include <numbers>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::standin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Place At(double latitude, double longitude) {
  return {"x", static_cast<int32_t>(std::lround(latitude * 1e5)),
          static_cast<int32_t>(std::lround(longitude * 1e5)), 0};
}

std::vector<uint32_t> Near(const std::vector<Place>& places, double radius_m, double latitude,
                           double longitude) {
  std::vector<uint32_t> found;
  for (const Neighbor& neighbor : PlaceIndex(places).Within(radius_m, latitude, longitude)) {
    found.push_back(neighbor.place);
  }
  return found;
}

// Another formula than the index's, over every place.
double HaversineM(const Place& place, double latitude, double longitude) {
  const double radians = std::numbers::pi / 180;
  const double phi1 = latitude * radians;
  const double phi2 = place.latitude_e5 * 1e-5 * radians;
  const double half_phi = (phi2 - phi1) / 2;
  const double half_lambda = (place.longitude_e5 * 1e-5 - longitude) * radians / 2;
  const double a = std::pow(std::sin(half_phi), 2) +
                   std::cos(phi1) * std::cos(phi2) * std::pow(std::sin(half_lambda), 2);
  return 2 * kEarthRadiusM * std::asin(std::min(1.0, std::sqrt(a)));
}

TEST(PlaceIndex, FindsNothingAmongNothing) { EXPECT_THAT(Near({}, 50'000, 0, 0), IsEmpty()); }

TEST(PlaceIndex, FindsTheNearestFirst) {
  EXPECT_THAT(Near({At(0, 0.3), At(0, 0.1), At(0.2, 0), At(9, 9)}, 50'000, 0, 0),
              ElementsAre(1, 2, 0));
}

TEST(PlaceIndex, KeepsTheOrderOfTheFileAmongEquallyFar) {
  EXPECT_THAT(Near({At(0, 0.1), At(0, -0.1), At(0, 0.1)}, 50'000, 0, 0).size(), 3u);
  EXPECT_THAT(Near({At(5, 5), At(5, 5), At(5, 5)}, 1, 5, 5), ElementsAre(0, 1, 2));
}

TEST(PlaceIndex, MeasuresMetresAlongTheGround) {
  const auto found = PlaceIndex({At(34.05612, -118.43063)}).Within(10'000, 34.06893, -118.445127);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NEAR(found[0].distance_m, 1953, 1);
}

TEST(PlaceIndex, IncludesTheEndOfTheRadiusAndNothingBeyond) {
  const double degree_m = kEarthRadiusM * std::numbers::pi / 180;
  EXPECT_THAT(Near({At(0, 0.1)}, degree_m / 10, 0, 0), ElementsAre(0));
  EXPECT_THAT(Near({At(0, 0.1)}, degree_m / 10 - 0.01, 0, 0), IsEmpty());
  EXPECT_THAT(Near({At(0.1, 0)}, degree_m / 10, 0, 0), ElementsAre(0));
  EXPECT_THAT(Near({At(0.1, 0)}, degree_m / 10 - 0.01, 0, 0), IsEmpty());
}

TEST(PlaceIndex, LooksAcrossTheDateLine) {
  const std::vector<Place> places = {At(-17, 179.9), At(-17, -179.9), At(-17, 180), At(-17, 0)};
  EXPECT_THAT(Near(places, 40'000, -17, 179.96), ElementsAre(2, 0, 1));
  EXPECT_THAT(Near(places, 40'000, -17, -179.96), ElementsAre(2, 1, 0));
}

TEST(PlaceIndex, LooksAcrossThePoles) {
  const std::vector<Place> places = {At(89.9, 0), At(89.8, 180), At(90, 77), At(-90, 0)};
  EXPECT_THAT(Near(places, 50'000, 89.99, 12), ElementsAre(2, 0, 1));
  EXPECT_THAT(Near(places, 50'000, 90, 0), ElementsAre(2, 0, 1));
  EXPECT_THAT(Near(places, 50'000, -90, 45), ElementsAre(3));
}

TEST(PlaceIndex, AgreesWithLookingAtEveryPlace) {
  std::mt19937 dice(7);
  // Clumped, so that look-ups find something; over both poles and the date line.
  std::uniform_real_distribution<double> offset(-1, 1);
  const std::pair<double, double> centres[] = {{0, 0}, {60, 179.5}, {89.5, 10}, {-89.5, -170}};
  std::vector<Place> places;
  for (int i = 0; i < 2'000; ++i) {
    const auto [latitude, longitude] = centres[i % 4];
    const double there = longitude + offset(dice) * (i % 4 == 0 ? 1 : 20);
    places.push_back(
        At(std::clamp(latitude + offset(dice), -90.0, 90.0), std::remainder(there, 360)));
  }
  const PlaceIndex index(places);
  for (int i = 0; i < 400; ++i) {
    const auto [latitude, longitude] = centres[i % 4];
    const double here_latitude = std::clamp(latitude + offset(dice), -90.0, 90.0);
    const double here_longitude = std::remainder(longitude + offset(dice), 360);
    size_t expected = 0;
    for (const Place& place : places) {
      expected += HaversineM(place, here_latitude, here_longitude) <= 50'000 ? 1 : 0;
    }
    EXPECT_EQ(index.Within(50'000, here_latitude, here_longitude).size(), expected) << i;
  }
}

}  // namespace
}  // namespace herd::standin
