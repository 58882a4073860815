#include "client/standin/nearby_search.h"

#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "client/standin/routes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/standin/place_text.h"

namespace herd::standin {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kCalifornia[] =
    ">US\tCalifornia\tLos Angeles County\n"
    "3408334\t-11844869\tBel Air\n"
    "3405223\t-11824368\tLos Angeles\n"
    "3405612\t-11843063\tWestwood\n";

std::string SeventyPlaces() {
  std::string body = ">XX\tA\tB\n";
  for (int i = 0; i < 70; ++i) body += PlaceLine(0, i * 0.001, absl::StrCat("Place ", i));
  return body;
}

Parameters Nearby(const std::string& location, const std::string& radius) {
  return {{"location", location}, {"radius", radius}, {"key", "k"}};
}

Parameters Nearest(const std::string& location) {
  return {{"location", location}, {"rankby", "distance"}, {"type", "locality"}, {"key", "k"}};
}

json Ask(const NearbySearch& search, const Parameters& parameters) {
  return json::parse(search.Answer(parameters));
}

std::vector<std::string> Names(const json& document) {
  std::vector<std::string> names;
  for (const json& result : document["results"]) names.push_back(result["name"]);
  return names;
}

// All pages, one after the other; the number of results of each in `sizes`.
std::vector<std::string> AllNames(const NearbySearch& search, Parameters parameters,
                                  std::vector<size_t>& sizes) {
  std::vector<std::string> names;
  for (int page = 0; page < 10; ++page) {
    const json document = Ask(search, parameters);
    EXPECT_EQ(document["status"], "OK");
    for (const std::string& name : Names(document)) names.push_back(name);
    sizes.push_back(document["results"].size());
    if (!document.contains("next_page_token")) return names;
    parameters = {{"pagetoken", document["next_page_token"]}, {"key", "k"}};
  }
  ADD_FAILURE() << "no last page";
  return names;
}

TEST(NearbySearch, PrintsTheDocumentAsGoogleDoes) {
  const NearbySearch search(
      PlacesOf(">US\tCalifornia\tLos Angeles County\n3408334\t-11844869\tBel & \"Air\"\n"));
  EXPECT_EQ(search.Answer(Nearby("34.068930,-118.445127", "10000")),
            R"({
   "html_attributions" : [],
   "results" : [
      {
         "business_status" : "OPERATIONAL",
         "geometry" : {
            "location" : {
               "lat" : 34.08334,
               "lng" : -118.44869
            },
            "viewport" : {
               "northeast" : {
                  "lat" : 34.10334,
                  "lng" : -118.42869
               },
               "southwest" : {
                  "lat" : 34.06334,
                  "lng" : -118.46869
               }
            }
         },
         "icon" : "https://maps.gstatic.com/mapfiles/place_api/icons/v1/png_71/geocode-71.png",
         "icon_background_color" : "#7B9EB0",
         "icon_mask_base_uri" : "https://maps.gstatic.com/mapfiles/place_api/icons/v2/generic_pinlet",
         "name" : "Bel \u0026 \"Air\"",
         "place_id" : "ChIJ3VJtHx3AFVMRz3oANXyuXII",
         "plus_code" : {
            "compound_code" : "3HM2+8G Bel \u0026 \"Air\", Los Angeles County, California, US",
            "global_code" : "85633HM2+8G"
         },
         "rating" : 3.5,
         "reference" : "ChIJ3VJtHx3AFVMRz3oANXyuXII",
         "scope" : "GOOGLE",
         "types" : [ "locality", "political" ],
         "user_ratings_total" : 640,
         "vicinity" : "Los Angeles County, California, US"
      }
   ],
   "status" : "OK"
}
)");
}

TEST(NearbySearch, SaysZeroResultsWhereThereIsNothing) {
  const NearbySearch search(PlacesOf(kCalifornia));
  EXPECT_EQ(search.Answer(Nearby("0,0", "50000")),
            "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n"
            "   \"status\" : \"ZERO_RESULTS\"\n}\n");
}

TEST(NearbySearch, SaysWhyItRefuses) {
  const NearbySearch search(PlacesOf(kCalifornia));
  EXPECT_EQ(search.Answer({{"key", "k"}}),
            "{\n   \"error_message\" : \"The location parameter is missing.\",\n"
            "   \"html_attributions\" : [],\n   \"results\" : [],\n"
            "   \"status\" : \"INVALID_REQUEST\"\n}\n");
  const json denied = Ask(search, {});
  EXPECT_EQ(denied["status"], "REQUEST_DENIED");
  EXPECT_THAT(denied["error_message"].get<std::string>(), HasSubstr("You must use an API key"));
}

TEST(NearbySearch, GivesTwentyAPageAndSixtyInAll) {
  const NearbySearch search(PlacesOf(SeventyPlaces()));
  for (const Parameters& parameters : {Nearby("0,0", "50000"), Nearest("0,0")}) {
    std::vector<size_t> sizes;
    const auto names = AllNames(search, parameters, sizes);
    EXPECT_THAT(sizes, ElementsAre(20, 20, 20));
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 60u);
  }
}

TEST(NearbySearch, HasNoNextPageTokenOnTheLastPage) {
  const NearbySearch search(PlacesOf(SeventyPlaces()));
  const double metres_per_place = 111.195;
  for (const int places : {1, 20, 21, 40, 41, 59, 60, 61}) {
    const double radius = (places - 0.5) * metres_per_place;
    std::vector<size_t> sizes;
    const auto names = AllNames(search, Nearby("0,0", absl::StrCat(radius)), sizes);
    EXPECT_EQ(names.size(), std::min<size_t>(60, static_cast<size_t>(places)));
    EXPECT_EQ(sizes.size(), (names.size() + 19) / 20);
  }
}

TEST(NearbySearch, PutsTheNearestFirstWhenToldTo) {
  const NearbySearch search(PlacesOf(kCalifornia));
  EXPECT_THAT(Names(Ask(search, Nearest("34.068930,-118.445127"))),
              ElementsAre("Bel Air", "Westwood", "Los Angeles"));
  std::vector<size_t> sizes;
  const auto names = AllNames(NearbySearch(PlacesOf(SeventyPlaces())), Nearest("0,0"), sizes);
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(names[i], absl::StrCat("Place ", i));
}

TEST(NearbySearch, PutsTheMostRatedFirstByItself) {
  const NearbySearch seat(PlacesOf(kCalifornia));
  EXPECT_EQ(Names(Ask(seat, Nearby("34.068930,-118.445127", "50000")))[0], "Los Angeles");
  const NearbySearch search(PlacesOf(SeventyPlaces()));
  Parameters parameters = Nearby("0,0", "50000");
  int previous = 1'000'000;
  for (int page = 0; page < 3; ++page) {
    const json document = Ask(search, parameters);
    for (const json& result : document["results"]) {
      EXPECT_LE(result["user_ratings_total"].get<int>(), previous);
      previous = result["user_ratings_total"];
    }
    parameters["pagetoken"] = document.value("next_page_token", "");
  }
}

TEST(NearbySearch, LooksAcrossTheDateLine) {
  const NearbySearch search(
      PlacesOf(">FJ\t\t\n" + PlaceLine(-17, 179.99, "West") + PlaceLine(-17, -179.98, "East")));
  EXPECT_THAT(Names(Ask(search, Nearest("-17,180"))), ElementsAre("West", "East"));
  EXPECT_THAT(Names(Ask(search, Nearest("-17,-180"))), ElementsAre("West", "East"));
}

TEST(NearbySearch, LooksAcrossThePole) {
  const NearbySearch search(
      PlacesOf(">XX\t\t\n" + PlaceLine(89.99, 0, "Here") + PlaceLine(89.9, 180, "Beyond")));
  EXPECT_THAT(Names(Ask(search, Nearest("90,-77"))), ElementsAre("Here", "Beyond"));
}

TEST(NearbySearch, FiltersByEveryWordOfKeywordAndName) {
  const NearbySearch search(PlacesOf(kCalifornia));
  Parameters parameters = Nearest("34.068930,-118.445127");
  parameters["keyword"] = "BEL";
  EXPECT_THAT(Names(Ask(search, parameters)), ElementsAre("Bel Air"));
  parameters["name"] = "california";
  EXPECT_THAT(Names(Ask(search, parameters)), ElementsAre("Bel Air"));
  parameters["name"] = "westwood";
  EXPECT_EQ(Ask(search, parameters)["status"], "ZERO_RESULTS");
}

TEST(NearbySearch, KnowsOnlyLocalities) {
  const NearbySearch search(PlacesOf(kCalifornia));
  Parameters parameters = Nearby("34.068930,-118.445127", "50000");
  parameters["type"] = "political";
  EXPECT_EQ(Ask(search, parameters)["results"].size(), 3u);
  parameters["type"] = "restaurant";
  EXPECT_EQ(Ask(search, parameters)["status"], "ZERO_RESULTS");
}

TEST(NearbySearch, CarriesFiltersOverToTheNextPage) {
  std::string body = SeventyPlaces();
  for (int i = 0; i < 30; ++i) body += PlaceLine(0, i * 0.001, absl::StrCat("Other ", i));
  const NearbySearch search(PlacesOf(body));
  Parameters parameters = Nearby("0,0", "50000");
  parameters["keyword"] = "other";
  std::vector<size_t> sizes;
  const auto names = AllNames(search, parameters, sizes);
  EXPECT_EQ(names.size(), 30u);
  for (const std::string& name : names) EXPECT_THAT(name, HasSubstr("Other"));
}

Request Get(const std::string& path) {
  Request request;
  request.method = "GET";
  request.path = path;
  return request;
}

TEST(Route, AnswersItsPathsAndNoOther) {
  const NearbySearch search(PlacesOf(kCalifornia));
  EXPECT_EQ(Route(search, nullptr, Get("/healthz"), 0).http_status, 200);
  const Reply nearby = Route(search, nullptr, Get("/maps/api/place/nearbysearch/json"), 0);
  EXPECT_EQ(nearby.http_status, 200);
  EXPECT_EQ(nearby.content_type, "application/json; charset=UTF-8");
  EXPECT_THAT(nearby.body, HasSubstr("REQUEST_DENIED"));
  for (const char* path : {"/", "", "/maps/api/place/nearbysearch/xml", "/healthz/"}) {
    EXPECT_EQ(Route(search, nullptr, Get(path), 0).http_status, 404) << path;
  }
  Request post = Get("/v1/places:searchNearby");
  EXPECT_EQ(Route(search, nullptr, post, 0).http_status, 404);
  post.method = "POST";
  EXPECT_EQ(Route(search, nullptr, post, 0).http_status, 403) << "there is no key";
}

TEST(Route, TakesFaultsOnlyWhenThatIsAllowed) {
  const NearbySearch search(PlacesOf(kCalifornia));
  Request request = Get("/faults");
  request.method = "POST";
  request.body = R"({"kind":"http","status":503})";
  EXPECT_EQ(Route(search, nullptr, request, 0).http_status, 404);
  Faults faults;
  EXPECT_EQ(Route(search, &faults, request, 0).http_status, 200);
  EXPECT_EQ(Route(search, &faults, Get("/maps/api/place/nearbysearch/json"), 0).http_status, 503);
  EXPECT_EQ(Route(search, &faults, Get("/healthz"), 0).http_status, 200);
}

// Values near to those that mean something, so that some get through.
std::string RandomValue(std::mt19937& dice) {
  static const std::vector<std::string> kValues = {
      "",        "0,0",   "34.06,-118.44", "90,180",   "-90,-180",  "91,0",
      "1000",    "50000", "50001",         "-1",       "distance",  "nan",
      "1e5,1e5", "x",     "locality",      "\xff\xfe", "a|b",       "a,b,c",
      "\t",      "k",     "1e-300",        "0.0",      "prominence"};
  if (dice() % 4 != 0) return kValues[dice() % kValues.size()];
  std::string value;
  for (auto length = dice() % 30; length > 0; --length) value += static_cast<char>(dice());
  return value;
}

TEST(NearbySearch, AnswersRandomParametersWithADocument) {
  const NearbySearch search(PlacesOf(kCalifornia));
  const std::vector<std::string> names = {"location", "radius", "rankby",    "keyword", "type",
                                          "name",     "key",    "pagetoken", "x"};
  const std::set<std::string> words = {"OK", "ZERO_RESULTS", "INVALID_REQUEST", "REQUEST_DENIED"};
  std::mt19937 dice(11);
  std::set<std::string> seen;
  for (int i = 0; i < 20'000; ++i) {
    Parameters parameters = Nearby("34.06,-118.44", "50000");
    for (auto count = dice() % 4; count > 0; --count) {
      parameters[names[dice() % names.size()]] = RandomValue(dice);
    }
    const json document = json::parse(search.Answer(parameters), nullptr, false);
    ASSERT_TRUE(document.is_object()) << i;
    ASSERT_TRUE(document["results"].is_array() && document["html_attributions"].is_array()) << i;
    seen.insert(document["status"].get<std::string>());
  }
  EXPECT_EQ(seen, words);
}

}  // namespace
}  // namespace herd::standin
