#include "frontend/places/legacy_api.h"

#include <string>
#include <utility>

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

LegacyApi Api(const std::string& base_url = "http://localhost:1", const std::string& key = kKey) {
  return LegacyApi(base_url, key);
}

std::string Json(const Reply& reply, int bound = 5) {
  return reply.results.CutTo(bound).ToString();
}
std::string StatusIn(const Reply& reply) { return nlohmann::json::parse(Json(reply))["status"]; }

TEST(LegacyRequest, AsksAsGoogleDocumentsIt) {
  const HttpRequest request = Api("https://maps.googleapis.com", "Ab-_9")
                                  .RequestFor({"34.068930,-118.445127", "10000", 5}, 20);
  EXPECT_EQ(request.url,
            "https://maps.googleapis.com/maps/api/place/nearbysearch/json"
            "?location=34.068930,-118.445127&radius=10000&key=Ab-_9");
  EXPECT_EQ(request.body, "");
  EXPECT_THAT(request.headers, testing::IsEmpty());
}

TEST(LegacyRequest, LeavesTheKeyOutWhenThereIsNone) {
  EXPECT_EQ(Api("http://localhost:1", "").RequestFor({"1,2", "10587.5", 5}, 20).url,
            "http://localhost:1/maps/api/place/nearbysearch/json?location=1,2&radius=10587.5");
}

TEST(LegacyRequest, PercentEncodesWhateverCouldBeTakenForAnotherParameter) {
  EXPECT_EQ(
      Api("http://localhost/p//", "a&b=c+d/%\xc3\xa9~").RequestFor({"1,2&x=3", "1 #", 5}, 20).url,
      "http://localhost/p/maps/api/place/nearbysearch/json"
      "?location=1,2%26x%3D3&radius=1%20%23&key=a%26b%3Dc%2Bd%2F%25%C3%A9~");
}

TEST(LegacyRequest, IsMadeForAnyBoundSinceGooglesDocumentIsPassedOn) {
  EXPECT_GT(Api().ResultsToAskFor(0), 0);
  EXPECT_EQ(Api().ResultsToAskFor(0), Api().ResultsToAskFor(20));
}

TEST(LegacyReply, CutsAProperAnswer) {
  const Reply reply = Api().ReplyTo(Http(200, kBody));
  EXPECT_EQ(Json(reply, 1),
            R"({"html_attributions":[],"results":[{"n":1}],"status":"OK","next_page_token":"t"})");
  EXPECT_EQ(reply.trouble, "");
}

TEST(LegacyReply, HandsGooglesOwnErrorThrough) {
  const std::string denied =
      "{\n   \"error_message\" : \"The provided API key is invalid.\",\n   \"html_attributions\" : "
      "[],\n   \"results\" : [],\n   \"status\" : \"REQUEST_DENIED\"\n}";
  const Reply reply = Api().ReplyTo(Http(200, denied + "\n"));
  EXPECT_EQ(Json(reply), denied);
  EXPECT_EQ(reply.trouble, "Places said REQUEST_DENIED.");
}

TEST(LegacyReply, SeesNoTroubleInASearchThatFindsNothingOrAsksWrongly) {
  for (const std::string status : {"OK", "ZERO_RESULTS", "INVALID_REQUEST", "SOMETHING_NEW"}) {
    const std::string body = R"({"results":[],"status":")" + status + "\"}";
    EXPECT_EQ(Api().ReplyTo(Http(200, body)).trouble, "") << status;
  }
  EXPECT_NE(Api().ReplyTo(Http(200, R"({"results":[],"status":"OVER_QUERY_LIMIT"})")).trouble, "");
}

TEST(LegacyReply, SaysWhyAnAnswerCannotBeUsed) {
  const Reply reply = Api().ReplyTo(Http(200, "<html>"));
  EXPECT_EQ(StatusIn(reply), "UNKNOWN_ERROR");
  EXPECT_THAT(Json(reply), HasSubstr("cannot be used: it is not JSON."));
  EXPECT_NE(reply.trouble, "");
}

TEST(LegacyReply, DoesNotTakeTheBodyOfAnHttpErrorForAnAnswer) {
  const Reply reply = Api().ReplyTo(Http(500, kBody));
  EXPECT_EQ(StatusIn(reply), "UNKNOWN_ERROR");
  EXPECT_THAT(Json(reply), Not(HasSubstr("\"n\"")));
}

TEST(LegacyReply, TellsTheLogMoreThanTheClient) {
  const Reply reply = Api().ReplyTo(Failed(FetchError::kConnect, "port 12090 refused"));
  EXPECT_THAT(Json(reply), Not(HasSubstr("12090")));
  EXPECT_EQ(reply.trouble, "Places could not be reached.");
  EXPECT_EQ(reply.detail, "port 12090 refused");
}

TEST(LegacyReply, BlanksTheKeyWhereverItStands) {
  const std::string key(kKey);
  const Reply good =
      Api().ReplyTo(Http(200, R"({"html_attributions":["?key=)" + key + R"(&x"],"results":[")" +
                                  key + key + R"("],"status":"OK"})"));
  EXPECT_EQ(Json(good),
            R"({"html_attributions":["?key=***&x"],"results":["******"],"status":"OK"})");
  const Reply denied = Api().ReplyTo(Http(200, R"({"results":[],"error_message":"key%3D)" + key +
                                                   R"( is bad","status":"REQUEST_DENIED"})"));
  EXPECT_THAT(Json(denied), HasSubstr("key%3D*** is bad"));
  const Reply failed = Api().ReplyTo(Failed(FetchError::kBroken, "while at ?key=" + key));
  EXPECT_THAT(failed.detail, HasSubstr("?key=***"));
}

TEST(LegacyReply, StaysInShapeWhenBlankingSpoilsTheAnswer) {
  EXPECT_EQ(StatusIn(Api("http://localhost:1", "results").ReplyTo(Http(200, kBody))),
            "UNKNOWN_ERROR");
}

TEST(LegacyReply, IsWorthARetryWhenTheConnectionOrTheServerFailedAndNotOtherwise) {
  const auto worth = [](Fetched fetched) {
    return Api().ReplyTo(std::move(fetched)).worth_a_retry;
  };
  for (const FetchError error : {FetchError::kName, FetchError::kConnect, FetchError::kBroken}) {
    EXPECT_TRUE(worth(Failed(error)));
  }
  for (const FetchError error : {FetchError::kTls, FetchError::kCertificate, FetchError::kTimeout,
                                 FetchError::kTooLarge, FetchError::kStopping}) {
    EXPECT_FALSE(worth(Failed(error)));
  }
  for (const int status : {500, 502, 503, 599}) EXPECT_TRUE(worth(Http(status, ""))) << status;
  for (const int status : {302, 400, 401, 403, 404, 429}) {
    EXPECT_FALSE(worth(Http(status, ""))) << status;
  }
  EXPECT_TRUE(worth(Http(200, R"({"results":[],"status":"UNKNOWN_ERROR"})")));
  EXPECT_FALSE(worth(Http(200, R"({"results":[],"status":"OVER_QUERY_LIMIT"})")));
  EXPECT_FALSE(worth(Http(200, kBody)));
  EXPECT_FALSE(worth(Http(200, "<html>")));
}

}  // namespace
}  // namespace herd::places
