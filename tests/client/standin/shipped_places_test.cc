// The file of places that is committed, as the program reads it.
#include <set>

#include "client/standin/made_up.h"
#include "client/standin/nearby_search.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::standin {
namespace {

using nlohmann::json;
using testing::IsSupersetOf;

TEST(ShippedPlaces, AreTheWholeWorld) {
  const auto file = ReadPlaces(HERD_PLACES_DATA);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_GT(file->places.size(), 170'000u);
  std::set<std::string_view> countries;
  for (const Division& division : file->divisions) countries.insert(division.country);
  EXPECT_GT(countries.size(), 240u);
}

TEST(ShippedPlaces, HaveDistinctPlaceIds) {
  const auto file = ReadPlaces(HERD_PLACES_DATA);
  ASSERT_TRUE(file.ok()) << file.status();
  std::set<std::string> ids;
  for (const Place& place : file->places) {
    ids.insert(PlaceId(place, file->divisions[place.division]));
  }
  EXPECT_EQ(ids.size(), file->places.size());
}

TEST(ShippedPlaces, KnowFifteenNearWestwood) {
  const NearbySearch search(ReadPlaces(HERD_PLACES_DATA).value());
  const json document = json::parse(
      search.Answer({{"location", "34.068930,-118.445127"}, {"radius", "10000"}, {"key", "k"}}));
  EXPECT_EQ(document["status"], "OK");
  std::vector<std::string> names;
  for (const json& result : document["results"]) names.push_back(result["name"]);
  EXPECT_EQ(names.size(), 15u);
  EXPECT_THAT(names, IsSupersetOf({"Bel Air", "Westwood", "Santa Monica", "Beverly Hills"}));
}

}  // namespace
}  // namespace herd::standin
