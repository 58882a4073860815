// HTTP as bytes: requests in, replies out.
#include "frontend/http/message.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AHead, EndsWithAnEmptyLine) {
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody"), 27u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\n\nbody"), 16u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\n\n\r\n\r\n"), 16u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\n\r\n\n\n"), 18u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\nHost: a\r\n"), 0u);
  EXPECT_EQ(HeadSize(""), 0u);
}

TEST(AHead, NamesAMethodAndAPathWithoutItsQuery) {
  const absl::StatusOr<Request> request = ParseHead("GET /metrics?a=b c HTTP/1.1\r\n\r\n");
  EXPECT_FALSE(request.ok());
  const absl::StatusOr<Request> queried = ParseHead("GET /metrics?a=b HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(queried.ok());
  EXPECT_EQ(queried->method, "GET");
  EXPECT_EQ(queried->path, "/metrics");
}

TEST(AHead, IsNoneThatIsNotHttp1) {
  for (const char* const head :
       {"\r\n\r\n", "hello\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2\r\n\r\n",
        "get / HTTP/1.1\r\n\r\n", " / HTTP/1.1\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1 \r\n\r\n"}) {
    EXPECT_EQ(ParseHead(head).status().code(), absl::StatusCode::kInvalidArgument) << head;
  }
}

TEST(AReply, TellsItsLengthWithAndWithoutItsBody) {
  const Reply reply = {.body = "well\n"};
  EXPECT_EQ(ToText(reply, true),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"
            "Connection: close\r\n\r\nwell\n");
  EXPECT_THAT(ToText(reply, false), EndsWith("Content-Length: 5\r\nConnection: close\r\n\r\n"));
}

TEST(AReply, SaysWhichMethodsThereAreWhereAnotherWasUsed) {
  EXPECT_THAT(ToText({.status = 405}, true), HasSubstr("\r\nAllow: GET, HEAD\r\n"));
  EXPECT_THAT(ToText({.status = 404}, true), Not(HasSubstr("Allow")));
}

}  // namespace
}  // namespace herd::http
