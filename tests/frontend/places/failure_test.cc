#include "frontend/places/failure.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace herd::places {
namespace {

using testing::HasSubstr;

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
       {FetchError::kName, FetchError::kConnect, FetchError::kTls, FetchError::kCertificate,
        FetchError::kTimeout, FetchError::kTooLarge, FetchError::kBroken, FetchError::kStopping}) {
    EXPECT_EQ(FailureOf(error).status, "UNKNOWN_ERROR");
  }
  EXPECT_THAT(FailureOf(FetchError::kCertificate).message, HasSubstr("certificate"));
  EXPECT_EQ(FailureOf(FetchError::kStopping).message, "The server is stopping.");
}

TEST(EmptyReply, HasTheLegacyShape) {
  EXPECT_EQ(EmptyReply("OK"),
            "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : \"OK\"\n}");
}

}  // namespace
}  // namespace herd::places
