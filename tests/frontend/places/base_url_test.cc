#include "frontend/places/base_url.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::places {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Why(const std::string& url) {
  const absl::Status checked = CheckBaseUrl(url);
  EXPECT_TRUE(checked.ok() || absl::IsInvalidArgument(checked)) << checked;
  return checked.ok() ? "no error" : std::string(checked.message());
}

TEST(CheckBaseUrl, TakesAHostWithOrWithoutPortAndPath) {
  for (const char* url :
       {kGoogleNewUrl, kGoogleLegacyUrl, "http://localhost:12090", "http://127.0.0.1:1",
        "https://places.example/", "https://places.example:65535/a/b", "http://[::1]:12090",
        "http://[::1]", "HTTP://host_1", "http://notgoogleapis.com",
        "http://googleapis.com.example"}) {
    EXPECT_EQ(Why(url), "no error") << url;
  }
}

TEST(CheckBaseUrl, WantsAScheme) {
  for (const char* url : {"localhost:12090", "ftp://localhost", "file:///etc/passwd", "//localhost",
                          "https:/localhost", "https"}) {
    EXPECT_THAT(Why(url), HasSubstr("must begin with https:// or http://")) << url;
    EXPECT_THAT(Why(url), HasSubstr(url));
  }
  EXPECT_THAT(Why(""), HasSubstr("is empty"));
}

TEST(CheckBaseUrl, WantsAHost) {
  for (const char* url : {"http://", "http:///path", "http://:80", "http://[::1", "http://[]:80",
                          "http://a,b", "http://[::1]x:80", "http://::1"}) {
    EXPECT_NE(Why(url), "no error") << url;
  }
}

TEST(CheckBaseUrl, WantsAPortThatExists) {
  for (const char* url : {"http://h:0", "http://h:65536", "http://h:", "http://h:x", "http://h:-1",
                          "http://h:+1", "http://h:99999999999999999999"}) {
    EXPECT_THAT(Why(url), HasSubstr("port")) << url;
  }
}

TEST(CheckBaseUrl, RefusesWhatMayHoldASecretWithoutShowingIt) {
  for (const char* url : {"https://me:secret@host", "https://host/?key=secret",
                          "https://host#secret", "https://host/a@secret"}) {
    EXPECT_THAT(Why(url), HasSubstr("must not hold")) << url;
    EXPECT_THAT(Why(url), Not(HasSubstr("secret")));
  }
}

TEST(CheckBaseUrl, RefusesBytesThatNoUrlHas) {
  for (const std::string url : {"http://a b", "http://a\n", " http://a", "http://a/\x7f",
                                "http://\xc3\xa9", "http://a/\\", "http://a/\""}) {
    EXPECT_THAT(Why(url), HasSubstr("holds white space")) << url;
  }
  EXPECT_THAT(Why("http://" + std::string(2000, 'a')), HasSubstr("longer than"));
}

TEST(CheckBaseUrl, NeverGoesToGoogleInTheClear) {
  for (const char* url :
       {"http://maps.googleapis.com", "http://MAPS.GoogleApis.com:80/", "http://googleapis.com",
        "http://places.googleapis.com.", "HTTP://maps.googleapis.com:443"}) {
    EXPECT_THAT(Why(url), HasSubstr("in the clear")) << url;
  }
}

TEST(SchemeOf, IsOneOfTwoWords) {
  EXPECT_EQ(SchemeOf("HTTP://host"), "http");
  EXPECT_EQ(SchemeOf("https://host"), "https");
}

}  // namespace
}  // namespace herd::places
