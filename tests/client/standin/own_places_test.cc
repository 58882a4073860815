#include "client/standin/own_places.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::standin {
namespace {

using testing::HasSubstr;

std::string Why(const absl::StatusOr<PlaceFile>& file) {
  return file.ok() ? "no error" : std::string(file.status().message());
}

TEST(CsvPlaces, AreReadByTheNamesOfTheirColumns) {
  const auto file = ParseCsvPlaces(
      "Lng,name,extra,LAT,country\r\n-118.445127,\"Kiwi, \"\"the\"\"\nKitchen\",x,34.06893,US\r\n"
      "\n2,Nord,,1,\n");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->places.size(), 2U);
  EXPECT_EQ(file->places[0].name, "Kiwi, \"the\"\nKitchen");
  EXPECT_EQ(file->places[0].latitude_e5, 3'406'893);
  EXPECT_EQ(file->places[0].longitude_e5, -11'844'513);
  EXPECT_EQ(file->divisions[file->places[0].division].country, "US");
  EXPECT_EQ(file->places[1].name, "Nord");
}

TEST(CsvPlaces, SayWhatIsWrongInWhichLine) {
  EXPECT_THAT(Why(ParseCsvPlaces("")), HasSubstr("line 1: the columns"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat\nA,1\n")), HasSubstr("line 1: the columns"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\n")), HasSubstr("no places"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\nA,1,2\nB,1\n")),
              HasSubstr("line 3: it has 2 fields in place of 3"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\n\"A\nB\",1,2\nC,91,2\n")),
              HasSubstr("line 4: the latitude"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\nA,1,x\n")), HasSubstr("line 2: the longitude"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\n ,1,2\n")), HasSubstr("line 2: a place needs"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\nA,1,2\n\"B,1,2\nC,1,2\n")),
              HasSubstr("line 3: a quote that opens there is not closed"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\nA,1,2\n\"B\" C,1,2\n")),
              HasSubstr("line 3: text stands between a closing quote and the comma"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\n\"\"B,1,2\n")), HasSubstr("line 2: text stands"));
  EXPECT_THAT(Why(ParseCsvPlaces("name,lat,lon\nA,1,2\nCaf\xe9,1,2\n")),
              HasSubstr("line 3: it is not UTF-8"));
}

TEST(CsvPlaces, MayHaveEmptyQuotesAndLineEndsOfAnyKind) {
  const auto file = ParseCsvPlaces("name,lat,lon,country\n\"A\",\"1\",2,\"\"\r\n\"B\",1,2,\"DE\"");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->places.size(), 2U);
  EXPECT_EQ(file->divisions[file->places[0].division].country, "-");
  EXPECT_EQ(file->divisions[file->places[1].division].country, "DE");
}

TEST(CsvPlaces, MayHaveQuotesWithinTheirNames) {
  const auto file = ParseCsvPlaces("name,lat,lon\nThe 5\" Pipe,1,2\nCaf\u00e9,1,2\n");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->places.size(), 2U);
  EXPECT_EQ(file->places[0].name, "The 5\" Pipe");
}

TEST(GeoJsonPlaces, AreThePointsOfACollection) {
  const auto file = ParseGeoJsonPlaces(R"({"type":"FeatureCollection","features":[
    {"type":"Feature","geometry":{"type":"Point","coordinates":[-118.5,34.25,12]},
     "properties":{"Name":"One","country":"US"}},
    {"type":"Feature","geometry":{"type":"LineString","coordinates":[[0,0],[1,1]]},"properties":{}},
    {"type":"Feature","geometry":null,"properties":null}]})");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->places.size(), 1U);
  EXPECT_EQ(file->places[0].name, "One");
  EXPECT_EQ(file->places[0].latitude_e5, 3'425'000);
  EXPECT_EQ(file->places[0].longitude_e5, -11'850'000);
}

TEST(GeoJsonPlaces, SayWhatIsWrongWithWhichFeature) {
  EXPECT_EQ(Why(ParseGeoJsonPlaces("{")), "it is not JSON");
  EXPECT_THAT(Why(ParseGeoJsonPlaces("{}")), HasSubstr("FeatureCollection"));
  EXPECT_THAT(Why(ParseGeoJsonPlaces(R"({"type":"FeatureCollection","features":[
    {"geometry":{"type":"Point","coordinates":[1]}}]})")),
              HasSubstr("feature 1: a point needs two"));
  EXPECT_THAT(Why(ParseGeoJsonPlaces(R"({"type":"FeatureCollection","features":[
    {"geometry":{"type":"Point","coordinates":[1,2]},"properties":{}}]})")),
              HasSubstr("feature 1: a place needs a name"));
}

TEST(OwnPlaces, NameTheFileThatIsMissing) {
  EXPECT_THAT(Why(ReadOwnPlaces("/no/such/file")), HasSubstr("/no/such/file"));
}

}  // namespace
}  // namespace herd::standin
