#include "frontend/places/new_api.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace herd::places {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr char kKey[] = "AIzaSyD-0123456789abcdefghijklmnopqrstu";

NewApi Api(bool ask_bound = false) {
  return NewApi({.base_url = "https://places.googleapis.com/",
                 .key = kKey,
                 .field_mask = "places.id",
                 .ask_bound = ask_bound});
}

Fetched Http(int status, std::string body) {
  Fetched fetched;
  fetched.http_status = status;
  fetched.body = std::move(body);
  return fetched;
}

std::string Json(const Reply& reply) { return reply.results.CutTo(20).ToString(); }
std::string StatusIn(const Reply& reply) { return json::parse(Json(reply))["status"]; }
std::string MessageIn(const Reply& reply) { return json::parse(Json(reply))["error_message"]; }

TEST(NewRequest, PostsTheCircleAndHowManyAsGoogleDocumentsIt) {
  const HttpRequest request = Api().RequestFor({"34.068930,-118.445127", "10587.5", 5}, 20);
  EXPECT_EQ(request.url, "https://places.googleapis.com/v1/places:searchNearby");
  EXPECT_EQ(request.body, R"({"locationRestriction":{"circle":{"center":{"latitude":34.068930,)"
                          R"("longitude":-118.445127},"radius":10587.5}},"maxResultCount":20})");
  EXPECT_THAT(request.headers,
              ElementsAre("Content-Type: application/json", "X-Goog-FieldMask: places.id",
                          std::string("X-Goog-Api-Key: ") + kKey));
}

TEST(NewRequest, SaysNothingOfAKeyWhenThereIsNone) {
  const NewApi api({.base_url = "http://localhost:1", .key = ""});
  EXPECT_THAT(api.RequestFor({"1,2", "3", 4}, 20).headers,
              Not(Contains(HasSubstr("X-Goog-Api-Key"))));
}

TEST(NewRequest, IsJsonThoughTheClientWroteLeadingZeros) {
  for (const auto& [location, latitude, longitude] :
       {std::tuple("034.0,-007.5", 34.0, -7.5), std::tuple("000,-000.25", 0.0, -0.25),
        std::tuple("0,180", 0.0, 180.0), std::tuple("-00,-0.0", 0.0, 0.0)}) {
    const json body = json::parse(Api().RequestFor({location, "0", 5}, 20).body);
    const json& center = body["locationRestriction"]["circle"]["center"];
    EXPECT_EQ(center["latitude"], latitude) << location;
    EXPECT_EQ(center["longitude"], longitude) << location;
  }
}

TEST(NewRequest, IsNotMadeForABoundOfNone) {
  EXPECT_EQ(Api(false).ResultsToAskFor(0), 0);
  EXPECT_EQ(Api(true).ResultsToAskFor(0), 0);
}

TEST(NewRequest, AsksForAsManyAsAnybodyMayWantUnlessToldNotTo) {
  EXPECT_EQ(Api(false).ResultsToAskFor(1), 20);
  EXPECT_EQ(Api(true).ResultsToAskFor(1), 1);
  EXPECT_EQ(Api(true).ResultsToAskFor(20), 20);
}

TEST(NewReply, IsInTheLegacyShape) {
  const Reply reply = Api().ReplyTo(Http(200, R"({"places":[{"id":"a"},{"id":"b"}]})"));
  EXPECT_EQ(reply.outcome, Outcome::kOk);
  EXPECT_EQ(reply.trouble, "");
  EXPECT_EQ(reply.results.CutTo(1).ToString(),
            "{\n   \"html_attributions\" : [],\n   \"results\" : [\n      {\n"
            "         \"place_id\" : \"a\",\n         \"reference\" : \"a\"\n      }\n   ],\n"
            "   \"status\" : \"OK\"\n}");
}

TEST(NewReply, OfNoPlacesIsZeroResults) {
  for (const std::string body : {"{}", "{\n}\n", R"({"places":[]})"}) {
    const Reply reply = Api().ReplyTo(Http(200, body));
    EXPECT_EQ(reply.outcome, Outcome::kZeroResults);
    EXPECT_EQ(Json(reply),
              "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n"
              "   \"status\" : \"ZERO_RESULTS\"\n}");
  }
}

struct HttpCase {
  int http_status;
  std::string status;
  Outcome outcome;
};

class NewHttpErrors : public testing::TestWithParam<HttpCase> {};

TEST_P(NewHttpErrors, BecomeTheLegacyWord) {
  const Reply reply = Api().ReplyTo(
      Http(GetParam().http_status, R"({"error":{"code":1,"message":"No such field: plcaes"}})"));
  EXPECT_EQ(StatusIn(reply), GetParam().status);
  EXPECT_EQ(reply.outcome, GetParam().outcome);
  EXPECT_THAT(MessageIn(reply), HasSubstr(std::to_string(GetParam().http_status)));
  EXPECT_EQ(reply.detail, "No such field: plcaes") << "for the log alone";
}

INSTANTIATE_TEST_SUITE_P(All, NewHttpErrors,
                         testing::Values(HttpCase{400, "INVALID_REQUEST", Outcome::kInvalidRequest},
                                         HttpCase{401, "REQUEST_DENIED", Outcome::kRequestDenied},
                                         HttpCase{403, "REQUEST_DENIED", Outcome::kRequestDenied},
                                         HttpCase{429, "OVER_QUERY_LIMIT",
                                                  Outcome::kOverQueryLimit},
                                         HttpCase{500, "UNKNOWN_ERROR", Outcome::kUnknownError},
                                         HttpCase{503, "UNKNOWN_ERROR", Outcome::kUnknownError},
                                         HttpCase{404, "UNKNOWN_ERROR", Outcome::kUnknownError},
                                         HttpCase{302, "UNKNOWN_ERROR", Outcome::kUnknownError}),
                         [](const auto& test) { return std::to_string(test.param.http_status); });

TEST(NewReply, SaysWhyAnAnswerCannotBeUsed) {
  for (const auto& [body, why] :
       {std::pair("", "it is empty"), std::pair("<html>", "it is not JSON"),
        std::pair("[]", "it is not a JSON object"), std::pair(R"({"places":{}})", "not a list"),
        std::pair(R"({"places":[7]})", "not an object"),
        std::pair(R"({"error":{"code":400}})", "it holds an error")}) {
    const Reply reply = Api().ReplyTo(Http(200, body));
    EXPECT_EQ(StatusIn(reply), "UNKNOWN_ERROR") << body;
    EXPECT_THAT(MessageIn(reply), HasSubstr(why));
    EXPECT_NE(reply.trouble, "");
  }
}

TEST(NewReply, BlanksTheKeyWhereverItStands) {
  const std::string key(kKey);
  EXPECT_THAT(Json(Api().ReplyTo(Http(200, R"({"places":[{"id":")" + key + "\"}]}"))),
              HasSubstr("\"place_id\" : \"***\""));
  EXPECT_EQ(Api().ReplyTo(Http(400, R"({"error":{"message":"bad )" + key + "\"}}")).detail,
            "bad ***");
}

std::string DetailOf(const std::string& message) {
  const json body = {{"error", {{"message", message}}}};
  return Api().ReplyTo(Http(400, body.dump())).detail;
}

TEST(NewReply, LogsOneShortLineOfWhatGoogleSaysAndNoPartOfTheKey) {
  const std::string long_text(490, 'x');
  EXPECT_EQ(DetailOf(long_text + kKey), long_text + "***");
  EXPECT_EQ(DetailOf(std::string(499, 'x') + "\u00fc"), std::string(499, 'x'));
  EXPECT_EQ(DetailOf(std::string(600, 'x')), std::string(500, 'x'));
  EXPECT_EQ(DetailOf("one\ntwo\x1b[31m"), "one two [31m");
}

TEST(CheckFieldMask, TakesNamesWithCommasAndNothingThatCouldBeAnotherHeader) {
  EXPECT_TRUE(CheckFieldMask(kDefaultFieldMask).ok());
  EXPECT_TRUE(CheckFieldMask("*").ok());
  EXPECT_FALSE(CheckFieldMask("").ok());
  EXPECT_FALSE(CheckFieldMask("places.id, places.name").ok());
  EXPECT_FALSE(CheckFieldMask("places.id\r\nX-Goog-Api-Key: x").ok());
}

}  // namespace
}  // namespace herd::places
