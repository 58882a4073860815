// A port of HTTP by itself, and those who treat it badly.
#include "server/metrics/http_port.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/text_client.h"

namespace herd::metrics {
namespace {

using ::herd::test::PrivateAddress;
using ::herd::test::TextClient;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr unsigned int kForEver = 3600;

// Says which page was asked for.
class HttpPortTest : public testing::Test {
 protected:
  void Open(const HttpPort::Bounds& bounds) {
    auto opened = HttpPort::Open(PrivateAddress(), 0, "tests", bounds, [](const auto& path) {
      return HttpReply{.body = absl::StrCat("this is ", path, "\n")};
    });
    ASSERT_TRUE(opened.ok()) << opened.status();
    port_ = *std::move(opened);
  }

  std::unique_ptr<TextClient> Connect(const std::string& from = "127.0.0.1") const {
    return std::make_unique<TextClient>(client::Endpoint{PrivateAddress(), port_->port()}, from);
  }

  std::unique_ptr<TextClient> ConnectAndSend(const std::string& bytes) const {
    auto client = Connect();
    client->Send(bytes);
    return client;
  }

  std::unique_ptr<HttpPort> port_;
};

TEST_F(HttpPortTest, AnswersARequestAndCloses) {
  Open({.patience_seconds = kForEver});
  const std::string reply = ConnectAndSend("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n")->ReadToEnd();
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\nthis is /a\n"));
}

TEST_F(HttpPortTest, AnswersWithoutWaitingForABody) {
  Open({.patience_seconds = kForEver});
  const std::string head = " /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n";
  EXPECT_THAT(ConnectAndSend("GET" + head)->ReadToEnd(), EndsWith("this is /a\n"));
  EXPECT_THAT(ConnectAndSend("POST" + head)->ReadToEnd(), StartsWith("HTTP/1.1 405 "));
}

TEST_F(HttpPortTest, AnswersOneWhileOthersOfTheAddressAreSilent) {
  Open({.connections_of_an_address = 4, .patience_seconds = kForEver});
  const auto silent = Connect();
  const auto begun = ConnectAndSend("GET /begun ");
  const auto headless = ConnectAndSend("GET /headless HTTP/1.1\r\nHo");
  EXPECT_THAT(ConnectAndSend("GET /a HTTP/1.0\r\n\r\n")->ReadToEnd(), EndsWith("this is /a\n"));
  // They were there.
  silent->Send("GET /silent HTTP/1.0\r\n\r\n");
  begun->Send("HTTP/1.0\r\n\r\n");
  headless->Send("st: x\r\n\r\n");
  EXPECT_THAT(silent->ReadToEnd(), EndsWith("this is /silent\n"));
  EXPECT_THAT(begun->ReadToEnd(), EndsWith("this is /begun\n"));
  EXPECT_THAT(headless->ReadToEnd(), EndsWith("this is /headless\n"));
}

TEST_F(HttpPortTest, AnswersOneWhileAnotherPageCannotBeMadeYet) {
  absl::Notification may_be_made;
  auto opened = HttpPort::Open(PrivateAddress(), 0, "tests", {}, [&](const std::string& path) {
    if (path == "/slow") may_be_made.WaitForNotification();
    return HttpReply{.body = absl::StrCat("this is ", path, "\n")};
  });
  ASSERT_TRUE(opened.ok()) << opened.status();
  port_ = *std::move(opened);
  const auto slow = ConnectAndSend("GET /slow HTTP/1.0\r\n\r\n");
  const auto slow_too = ConnectAndSend("GET /slow HTTP/1.0\r\n\r\n");
  EXPECT_THAT(ConnectAndSend("GET /a HTTP/1.0\r\n\r\n")->ReadToEnd(), EndsWith("this is /a\n"));
  may_be_made.Notify();
  EXPECT_THAT(slow->ReadToEnd(), EndsWith("this is /slow\n"));
  EXPECT_THAT(slow_too->ReadToEnd(), EndsWith("this is /slow\n"));
}

TEST_F(HttpPortTest, ClosesWhomAnAddressHasTooManyOfAndNobodyElse) {
  Open({.connections_of_an_address = 2, .patience_seconds = kForEver});
  const auto first = Connect();
  const auto second = Connect();
  EXPECT_EQ(Connect()->ReadToEnd(), "");
  const auto other = Connect("127.0.0.2");
  other->Send("GET /other HTTP/1.0\r\n\r\n");
  EXPECT_THAT(other->ReadToEnd(), EndsWith("this is /other\n"));
  first->Send("GET /first HTTP/1.0\r\n\r\n");
  EXPECT_THAT(first->ReadToEnd(), EndsWith("this is /first\n"));
  second->Send("GET /second HTTP/1.0\r\n\r\n");
  EXPECT_THAT(second->ReadToEnd(), EndsWith("this is /second\n"));
}

TEST_F(HttpPortTest, ClosesWhomThereAreTooManyOfAndNobodyElse) {
  Open({.connections = 2, .patience_seconds = kForEver});
  const auto first = Connect();
  const auto second = Connect();
  EXPECT_EQ(Connect("127.0.0.2")->ReadToEnd(), "");
  first->Send("GET /first HTTP/1.0\r\n\r\n");
  EXPECT_THAT(first->ReadToEnd(), EndsWith("this is /first\n"));
  second->Send("GET /second HTTP/1.0\r\n\r\n");
  EXPECT_THAT(second->ReadToEnd(), EndsWith("this is /second\n"));
}

TEST_F(HttpPortTest, ClosesThoseWhoStaySilent) {
  Open({.patience_seconds = 1});
  const auto silent = Connect();
  const auto begun = ConnectAndSend("GET /begun ");
  EXPECT_EQ(silent->ReadToEnd(), "");
  EXPECT_EQ(begun->ReadToEnd(), "");
}

TEST_F(HttpPortTest, StopsWithoutWaitingForThoseWhoAreThere) {
  Open({.patience_seconds = kForEver});
  const auto silent = Connect();
  const auto begun = ConnectAndSend("GET /begun ");
  // All of them have been accepted, then.
  EXPECT_THAT(ConnectAndSend("GET /a HTTP/1.0\r\n\r\n")->ReadToEnd(), EndsWith("this is /a\n"));
  port_.reset();
  EXPECT_EQ(silent->ReadToEnd(), "");
  EXPECT_EQ(begun->ReadToEnd(), "");
}

}  // namespace
}  // namespace herd::metrics
