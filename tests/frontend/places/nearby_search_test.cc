#include "frontend/places/nearby_search.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace herd::places {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kKey[] = "AIzaSyD-0123456789abcdefghijklmnopqrstu";
constexpr char kBody[] =
    R"({"html_attributions":[],"results":[{"n":1},{"n":2}],"status":"OK","next_page_token":"t"})";

Fetched Http(int status, std::string body) {
  Fetched fetched;
  fetched.http_status = status;
  fetched.body = std::move(body);
  return fetched;
}

Fetched Failed(FetchError error, std::string detail = "") {
  Fetched fetched;
  fetched.error = error;
  fetched.detail = std::move(detail);
  return fetched;
}

std::string StatusIn(const Reply& reply) { return nlohmann::json::parse(reply.json)["status"]; }

TEST(NearbySearchUrl, AsksAsGoogleDocumentsIt) {
  EXPECT_EQ(NearbySearchUrl("https://maps.googleapis.com", {"34.068930,-118.445127", "10000", 5},
                            "Ab-_9"),
            "https://maps.googleapis.com/maps/api/place/nearbysearch/json"
            "?location=34.068930,-118.445127&radius=10000&key=Ab-_9");
}

TEST(NearbySearchUrl, LeavesTheKeyOutWhenThereIsNone) {
  EXPECT_EQ(NearbySearchUrl("http://localhost:1", {"1,2", "10587.5", 5}, ""),
            "http://localhost:1/maps/api/place/nearbysearch/json?location=1,2&radius=10587.5");
}

TEST(NearbySearchUrl, PercentEncodesWhateverCouldBeTakenForAnotherParameter) {
  EXPECT_EQ(NearbySearchUrl("http://localhost/p//", {"1,2&x=3", "1 #", 5}, "a&b=c+d/%\xc3\xa9~"),
            "http://localhost/p/maps/api/place/nearbysearch/json"
            "?location=1,2%26x%3D3&radius=1%20%23&key=a%26b%3Dc%2Bd%2F%25%C3%A9~");
}

TEST(FailureReply, HasTheLegacyShape) {
  EXPECT_EQ(FailureReply({"REQUEST_DENIED", "No \"key\"."}),
            "{\n"
            "   \"error_message\" : \"No \\\"key\\\".\",\n"
            "   \"html_attributions\" : [],\n"
            "   \"results\" : [],\n"
            "   \"status\" : \"REQUEST_DENIED\"\n"
            "}");
}

TEST(FailureReply, IsJsonWhateverTheMessage) {
  EXPECT_TRUE(nlohmann::json::accept(FailureReply({"UNKNOWN_ERROR", "\n\n\xff \\ \x01"})));
}

TEST(FailureOf, HasGooglesWordForEachHttpStatus) {
  EXPECT_EQ(FailureOf(400).status, "INVALID_REQUEST");
  EXPECT_EQ(FailureOf(401).status, "REQUEST_DENIED");
  EXPECT_EQ(FailureOf(403).status, "REQUEST_DENIED");
  EXPECT_EQ(FailureOf(429).status, "OVER_QUERY_LIMIT");
  for (const int status : {100, 204, 301, 302, 308, 404, 500, 502, 503, 504, 599}) {
    EXPECT_EQ(FailureOf(status).status, "UNKNOWN_ERROR") << status;
    EXPECT_THAT(FailureOf(status).message, HasSubstr(std::to_string(status)));
  }
  EXPECT_THAT(FailureOf(302).message, HasSubstr("redirect"));
}

TEST(FailureOf, HasGooglesWordForEachWayAFetchFails) {
  for (const FetchError error :
       {FetchError::kName, FetchError::kConnect, FetchError::kTls, FetchError::kTimeout,
        FetchError::kTooLarge, FetchError::kBroken, FetchError::kStopping}) {
    EXPECT_EQ(FailureOf(error).status, "UNKNOWN_ERROR");
  }
  EXPECT_EQ(FailureOf(FetchError::kBusy).status, "OVER_QUERY_LIMIT");
  EXPECT_EQ(FailureOf(FetchError::kStopping).message, "The server is stopping.");
}

TEST(ReplyTo, CutsAProperAnswer) {
  const Reply reply = ReplyTo(Http(200, kBody), 1, kKey);
  EXPECT_EQ(reply.json,
            R"({"html_attributions":[],"results":[{"n":1}],"status":"OK","next_page_token":"t"})");
  EXPECT_EQ(reply.trouble, "");
}

TEST(ReplyTo, HandsGooglesOwnErrorThrough) {
  const std::string denied =
      "{\n   \"error_message\" : \"The provided API key is invalid.\",\n   \"html_attributions\" : "
      "[],\n   \"results\" : [],\n   \"status\" : \"REQUEST_DENIED\"\n}";
  const Reply reply = ReplyTo(Http(200, denied + "\n"), 5, kKey);
  EXPECT_EQ(reply.json, denied);
  EXPECT_EQ(reply.trouble, "Places said REQUEST_DENIED.");
}

TEST(ReplyTo, SeesNoTroubleInASearchThatFindsNothingOrAsksWrongly) {
  for (const std::string status : {"OK", "ZERO_RESULTS", "INVALID_REQUEST", "SOMETHING_NEW"}) {
    const std::string body = R"({"results":[],"status":")" + status + "\"}";
    EXPECT_EQ(ReplyTo(Http(200, body), 5, kKey).trouble, "") << status;
  }
  EXPECT_NE(ReplyTo(Http(200, R"({"results":[],"status":"OVER_QUERY_LIMIT"})"), 5, kKey).trouble,
            "");
}

TEST(ReplyTo, SaysWhyAnAnswerCannotBeUsed) {
  const Reply reply = ReplyTo(Http(200, "<html>"), 5, kKey);
  EXPECT_EQ(StatusIn(reply), "UNKNOWN_ERROR");
  EXPECT_THAT(reply.json, HasSubstr("cannot be used: it is not JSON."));
  EXPECT_NE(reply.trouble, "");
}

TEST(ReplyTo, DoesNotTakeTheBodyOfAnHttpErrorForAnAnswer) {
  const Reply reply = ReplyTo(Http(500, kBody), 5, kKey);
  EXPECT_EQ(StatusIn(reply), "UNKNOWN_ERROR");
  EXPECT_THAT(reply.json, Not(HasSubstr("\"n\"")));
}

TEST(ReplyTo, TellsTheLogMoreThanTheClient) {
  const Reply reply = ReplyTo(Failed(FetchError::kConnect, "port 12090 refused"), 5, kKey);
  EXPECT_THAT(reply.json, Not(HasSubstr("12090")));
  EXPECT_EQ(reply.trouble, "Places could not be reached. (port 12090 refused)");
}

TEST(ReplyTo, BlanksTheKeyWhereverItStands) {
  const std::string key(kKey);
  const Reply good =
      ReplyTo(Http(200, R"({"html_attributions":["?key=)" + key + R"(&x"],"results":[")" + key +
                            key + R"("],"status":"OK"})"),
              5, key);
  EXPECT_EQ(good.json,
            R"({"html_attributions":["?key=***&x"],"results":["******"],"status":"OK"})");
  const Reply denied = ReplyTo(Http(200, R"({"results":[],"error_message":"key%3D)" + key +
                                             R"( is bad","status":"REQUEST_DENIED"})"),
                               5, key);
  EXPECT_THAT(denied.json, HasSubstr("key%3D*** is bad"));
  const Reply failed = ReplyTo(Failed(FetchError::kBroken, "while at ?key=" + key), 5, key);
  EXPECT_THAT(failed.trouble, HasSubstr("?key=***"));
}

TEST(ReplyTo, StaysInShapeWhenBlankingSpoilsTheAnswer) {
  EXPECT_EQ(StatusIn(ReplyTo(Http(200, kBody), 5, "results")), "UNKNOWN_ERROR");
}

}  // namespace
}  // namespace herd::places
