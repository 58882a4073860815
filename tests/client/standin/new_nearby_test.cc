// The new API of the stand-in: headers and body in, document out.
#include <string>

#include "client/standin/nearby_search.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/standin/place_text.h"

namespace herd::standin {
namespace {

using nlohmann::json;
using testing::HasSubstr;

NearbySearch Search(NearbySearch::Options options = {}) {
  return NearbySearch(PlacesOf(">US\tCalifornia\tLos Angeles County\n" +
                               PlaceLine(34.08334, -118.44869, "Bel Air") +
                               PlaceLine(34.07362, -118.40036, "Beverly Hills") +
                               PlaceLine(34.04807, -118.52647, "Pacific Palisades")),
                      options);
}

std::string Body(double radius = 10'000, int count = 20) {
  return json({{"locationRestriction",
                {{"circle",
                  {{"center", {{"latitude", 34.06893}, {"longitude", -118.445127}}},
                   {"radius", radius}}}}},
               {"maxResultCount", count}})
      .dump();
}

TEST(NewNearby, GivesAsManyAsAreAskedForWithTheFieldsOfTheMask) {
  const auto answer = Search().AnswerNew(
      "k", "places.displayName.text,places.location.latitude,places.id", Body(10'000, 2));
  EXPECT_EQ(answer.http_status, 200);
  const json document = json::parse(answer.body);
  ASSERT_EQ(document["places"].size(), 2U);
  const json& place = document["places"][0];
  EXPECT_EQ(place.size(), 3U);
  EXPECT_EQ(place["displayName"].size(), 1U);
  EXPECT_EQ(place["location"].size(), 1U);
  EXPECT_THAT(place["id"].get<std::string>(), testing::StartsWith("ChIJ"));
}

TEST(NewNearby, GivesEverythingForAStarAndTheWholeOfAFieldForItsName) {
  const json all = json::parse(Search().AnswerNew("k", "*", Body()).body)["places"][0];
  for (const char* field : {"id", "displayName", "location", "viewport", "rating", "types",
                            "userRatingCount", "shortFormattedAddress", "plusCode"}) {
    EXPECT_TRUE(all.contains(field)) << field;
  }
  const json one = json::parse(Search().AnswerNew("k", "places.viewport", Body()).body);
  EXPECT_EQ(one["places"][0], json({{"viewport", all["viewport"]}}));
}

TEST(NewNearby, IsAnEmptyObjectWhereNothingIsNear) {
  EXPECT_EQ(Search().AnswerNew("k", "*", Body(1)).body, "{}\n");
}

TEST(NewNearby, RefusesAsGoogleDoes) {
  const auto status = [](const NearbySearch::NewAnswer& answer) {
    const json document = json::parse(answer.body);
    EXPECT_EQ(document["error"]["code"], answer.http_status);
    return answer.http_status;
  };
  EXPECT_EQ(status(Search().AnswerNew("", "*", Body())), 403);
  EXPECT_EQ(status(Search().AnswerNew("k", "", Body())), 400);
  EXPECT_EQ(status(Search().AnswerNew("k", "id", Body())), 400);
  EXPECT_EQ(status(Search().AnswerNew("k", "*", "")), 400);
  EXPECT_EQ(status(Search().AnswerNew("k", "*", "{}")), 400);
  EXPECT_EQ(status(Search().AnswerNew("k", "*", Body(0))), 400);
  EXPECT_EQ(status(Search().AnswerNew("k", "*", Body(50'001))), 400);
  EXPECT_EQ(status(Search().AnswerNew("k", "*", Body(10, 0))), 400);
  EXPECT_EQ(status(Search().AnswerNew("k", "*", Body(10, 21))), 400);
}

TEST(Keys, AreCheckedByBothApisWhenOneIsGiven) {
  const NearbySearch search = Search({.key = "right"});
  EXPECT_EQ(search.AnswerNew("right", "*", Body()).http_status, 200);
  EXPECT_EQ(search.AnswerNew("wrong", "*", Body()).http_status, 403);
  const Parameters right = {{"key", "right"}, {"location", "34.06,-118.44"}, {"radius", "10000"}};
  EXPECT_THAT(search.Answer(right), HasSubstr("\"OK\""));
  Parameters wrong = right;
  wrong["key"] = "wrong";
  EXPECT_THAT(search.Answer(wrong), HasSubstr("REQUEST_DENIED"));
}

TEST(PageTokens, CountOnlyAfterTheirDelay) {
  std::string body = ">US\t\t\n";
  for (int i = 0; i < 30; ++i) body += PlaceLine(34 + i / 1000.0, -118, "Place");
  const NearbySearch search(PlacesOf(body), {.page_token_delay_ms = 2000});
  const Parameters first = {{"key", "k"}, {"location", "34,-118"}, {"radius", "50000"}};
  const json page = json::parse(search.Answer(first, 1'000'000));
  const Parameters next = {{"key", "k"}, {"pagetoken", page["next_page_token"]}};
  EXPECT_THAT(search.Answer(next, 1'001'999), HasSubstr("INVALID_REQUEST"));
  EXPECT_EQ(json::parse(search.Answer(next, 1'002'000))["results"].size(), 10U);
}

}  // namespace
}  // namespace herd::standin
