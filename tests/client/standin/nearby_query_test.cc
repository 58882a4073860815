#include "client/standin/nearby_query.h"

#include "client/standin/page_token.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::standin {
namespace {

using testing::HasSubstr;

constexpr uint64_t kData = 42;

// Good parameters, changed as told; an empty value takes the parameter away.
Parameters With(const Parameters& changes) {
  Parameters parameters = {
      {"location", "34.068930,-118.445127"}, {"radius", "10000"}, {"key", "k"}};
  for (const auto& [name, value] : changes) {
    parameters.erase(name);
    if (!value.empty()) parameters[name] = value;
  }
  return parameters;
}

NearbyQuery Accepted(const Parameters& changes) {
  return std::get<NearbyQuery>(ParseNearbyQuery(With(changes), kData));
}

std::string RefusalOf(const Parameters& changes) {
  const auto parsed = ParseNearbyQuery(With(changes), kData);
  const auto* const refusal = std::get_if<Refusal>(&parsed);
  return refusal ? refusal->status + ": " + refusal->message : "accepted";
}

TEST(NearbyQuery, ReadsLocationAndRadius) {
  const NearbyQuery query = Accepted({});
  EXPECT_EQ(query.latitude, 34.068930);
  EXPECT_EQ(query.longitude, -118.445127);
  EXPECT_EQ(query.radius_m, 10'000);
  EXPECT_EQ(query.type, "");
  EXPECT_EQ(query.words, "");
  EXPECT_EQ(query.offset, 0u);
  EXPECT_EQ(Accepted({{"radius", "10587.5"}}).radius_m, 10587.5);
  EXPECT_EQ(Accepted({{"radius", "50000"}}).radius_m, 50'000);
}

TEST(NearbyQuery, AllowsPlusSignsAndSpacesInTheLocation) {
  EXPECT_EQ(Accepted({{"location", "+34.5, -118"}}), Accepted({{"location", "34.5,-118"}}));
  EXPECT_EQ(Accepted({{"location", " 34.5 ,+18"}}), Accepted({{"location", "34.5,18.0"}}));
}

TEST(NearbyQuery, ReachesTheEndsOfTheEarth) {
  EXPECT_EQ(Accepted({{"location", "90,180"}}).longitude, 180);
  EXPECT_EQ(Accepted({{"location", "-90,-180"}}).latitude, -90);
}

TEST(NearbyQuery, IsDeniedWithoutAKeyWhateverElseIsWrong) {
  EXPECT_THAT(RefusalOf({{"key", ""}}), HasSubstr("REQUEST_DENIED: You must use an API key"));
  EXPECT_THAT(RefusalOf({{"key", ""}, {"location", ""}}), HasSubstr("REQUEST_DENIED"));
  EXPECT_THAT(RefusalOf({{"key", ""}, {"pagetoken", "x"}}), HasSubstr("REQUEST_DENIED"));
}

TEST(NearbyQuery, IsInvalidWithoutALocation) {
  EXPECT_EQ(RefusalOf({{"location", ""}}), "INVALID_REQUEST: The location parameter is missing.");
}

TEST(NearbyQuery, IsInvalidWithALocationThatIsNone) {
  for (const char* location :
       {"34", "34,", ",", ",5", "34;5", "a,b", "34,5,6", "nan,0", "inf,0", "90.001,0", "-91,0",
        "0,180.1", "0,-181", "1e999,0", "+-3,4", "0x10,0", "34 5,6", "Los Angeles", "3 4,5"}) {
    EXPECT_THAT(RefusalOf({{"location", location}}), HasSubstr("INVALID_REQUEST: The location"))
        << location;
  }
}

TEST(NearbyQuery, IsInvalidWithoutARadius) {
  EXPECT_EQ(RefusalOf({{"radius", ""}}), "INVALID_REQUEST: The radius parameter is missing.");
}

TEST(NearbyQuery, IsInvalidWithARadiusThatIsNone) {
  for (const char* radius : {"0", "-1", "50000.1", "50001", "x", "10km", "nan", "inf", "-0", " "}) {
    EXPECT_THAT(RefusalOf({{"radius", radius}}), HasSubstr("INVALID_REQUEST: The radius"))
        << radius;
  }
}

TEST(NearbyQuery, RanksByProminenceUnlessTold) {
  EXPECT_EQ(Accepted({{"rankby", "prominence"}}), Accepted({}));
  const Parameters by_distance = {{"rankby", "distance"}, {"radius", ""}, {"type", "locality"}};
  EXPECT_EQ(Accepted(by_distance).rank_by, RankBy::kDistance);
  EXPECT_EQ(Accepted(by_distance).radius_m, kMaxRadiusM);
  EXPECT_THAT(RefusalOf({{"rankby", "beauty"}}), HasSubstr("INVALID_REQUEST: The rankby"));
}

TEST(NearbyQuery, IsInvalidWithBothARadiusAndAnOrderByDistance) {
  EXPECT_THAT(RefusalOf({{"rankby", "distance"}, {"type", "locality"}}),
              HasSubstr("INVALID_REQUEST: rankby=distance and radius exclude"));
}

TEST(NearbyQuery, NeedsSomethingToLookForWhenItOrdersByDistance) {
  EXPECT_THAT(RefusalOf({{"rankby", "distance"}, {"radius", ""}}),
              HasSubstr("INVALID_REQUEST: rankby=distance needs one of"));
  EXPECT_EQ(RefusalOf({{"rankby", "distance"}, {"radius", ""}, {"keyword", "x"}}), "accepted");
  EXPECT_EQ(RefusalOf({{"rankby", "distance"}, {"radius", ""}, {"name", "x"}}), "accepted");
}

TEST(NearbyQuery, JoinsKeywordAndNameIntoLowerCaseWords) {
  EXPECT_EQ(Accepted({{"keyword", "  Bel\t"}, {"name", "AIR  x"}}).words, "bel air x");
}

TEST(NearbyQuery, TakesTheFirstTypeAndNoneFromACommaList) {
  EXPECT_EQ(Accepted({{"type", "locality|hospital"}}).type, "locality");
  EXPECT_EQ(Accepted({{"type", "locality,hospital"}}).type, "");
}

TEST(NearbyQuery, IsInvalidWithMoreTextThanAPageTokenCanCarry) {
  EXPECT_EQ(RefusalOf({{"keyword", std::string(999, 'x')}}), "accepted");
  EXPECT_THAT(RefusalOf({{"keyword", std::string(1'001, 'x')}}), HasSubstr("INVALID_REQUEST"));
  EXPECT_THAT(RefusalOf({{"type", std::string(1'001, 'x')}}), HasSubstr("INVALID_REQUEST"));
}

TEST(NearbyQuery, IgnoresWhatItDoesNotKnow) {
  EXPECT_EQ(Accepted({{"language", "de"}, {"opennow", "true"}, {"x", "y"}}), Accepted({}));
}

NearbyQuery SomeQuery() {
  return {.latitude = 34.068930,
          .longitude = -118.4451271234567,
          .radius_m = 0.1,
          .rank_by = RankBy::kDistance,
          .type = "locality",
          .words = "bel air",
          .offset = 20};
}

TEST(PageToken, CarriesTheWholeQuery) {
  EXPECT_EQ(DecodePageToken(EncodePageToken(SomeQuery(), kData), kData), SomeQuery());
}

TEST(PageToken, OutweighsAllOtherParameters) {
  const std::string token = EncodePageToken(SomeQuery(), kData);
  EXPECT_EQ(Accepted({{"pagetoken", token}}), SomeQuery());
  EXPECT_EQ(Accepted({{"pagetoken", token}, {"location", ""}, {"radius", "bad"}}), SomeQuery());
}

TEST(PageToken, IsInvalidWhenItIsNone) {
  for (const char* token : {"x", "====", "AAAA", "ChIJ", "\t\t\t\t\t\t\t", "%", "ü"}) {
    EXPECT_THAT(RefusalOf({{"pagetoken", token}}), HasSubstr("INVALID_REQUEST: The pagetoken"))
        << token;
  }
}

TEST(PageToken, IsInvalidWithAnyCharacterChangedOrGone) {
  const std::string token = EncodePageToken(SomeQuery(), kData);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(DecodePageToken(changed, kData), std::nullopt) << i;
    EXPECT_EQ(DecodePageToken(token.substr(0, i), kData), std::nullopt) << i;
  }
}

TEST(PageToken, IsInvalidForOtherPlaces) {
  EXPECT_EQ(DecodePageToken(EncodePageToken(SomeQuery(), kData), kData + 1), std::nullopt);
}

TEST(PageToken, IsValidatedEvenWhenItsFingerprintIsRight) {
  for (const size_t offset : {0u, 1u, 60u, 80u}) {
    NearbyQuery query = SomeQuery();
    query.offset = offset;
    EXPECT_EQ(DecodePageToken(EncodePageToken(query, kData), kData), std::nullopt) << offset;
  }
  NearbyQuery far = SomeQuery();
  far.radius_m = 50'001;
  EXPECT_EQ(DecodePageToken(EncodePageToken(far, kData), kData), std::nullopt);
  NearbyQuery off_the_globe = SomeQuery();
  off_the_globe.latitude = 91;
  EXPECT_EQ(DecodePageToken(EncodePageToken(off_the_globe, kData), kData), std::nullopt);
}

}  // namespace
}  // namespace herd::standin
