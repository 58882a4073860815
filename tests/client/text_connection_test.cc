#include "client/net/text_connection.h"

#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"

namespace herd::client {
namespace {

using ::testing::HasSubstr;

constexpr auto kLong = std::chrono::seconds(60);
constexpr auto kShort = std::chrono::milliseconds(20);

Endpoint Loopback(uint16_t port) { return {"127.0.0.1", port}; }

std::string ReceiveToEnd(TextConnection& connection) {
  std::string received;
  while (true) {
    const absl::StatusOr<size_t> count = connection.Receive(received, Clock::now() + kLong);
    if (!count.ok()) return std::string(count.status().message());
    if (*count == 0) return received;
  }
}

TEST(Endpoint, PutsAnIPv6AddressInBrackets) {
  EXPECT_EQ((Endpoint{"::1", 5}.ToString()), "[::1]:5");
  EXPECT_EQ((Endpoint{"example.org", 5}.ToString()), "example.org:5");
}

TEST(TextConnection, SendsAndReceivesWhateverTheSize) {
  test::FakeServer server([](test::FakeConnection& client) { client.Write(client.ReadToEnd()); });
  auto connection = TextConnection::Open(Loopback(server.port()), Clock::now() + kLong);
  ASSERT_TRUE(connection.ok()) << connection.status();
  const std::string bytes(10 << 20, 'x');
  ASSERT_TRUE(connection->Send(bytes, Clock::now() + kLong).ok());
  ASSERT_TRUE(connection->FinishSending().ok());
  EXPECT_EQ(ReceiveToEnd(*connection), bytes);
}

TEST(TextConnection, FindsAServerByItsHostName) {
  test::FakeServer server([](test::FakeConnection& client) { client.Write("hello"); });
  auto connection = TextConnection::Open({"localhost", server.port()}, Clock::now() + kLong);
  ASSERT_TRUE(connection.ok()) << connection.status();
  EXPECT_EQ(ReceiveToEnd(*connection), "hello");
}

TEST(TextConnection, NamesTheEndpointThatRefused) {
  const uint16_t port = test::UnusedPort();
  const auto connection = TextConnection::Open(Loopback(port), Clock::now() + kLong);
  EXPECT_EQ(connection.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(connection.status().message(),
            "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(TextConnection, NamesTheHostThatIsUnknown) {
  const auto connection = TextConnection::Open({"no such host", 1}, Clock::now() + kLong);
  EXPECT_EQ(connection.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(connection.status().message()),
              HasSubstr("cannot connect to no such host:1: "));
}

TEST(TextConnection, GivesUpOnAServerThatDoesNotAnswer) {
  test::FakeServer server([](test::FakeConnection& client) { client.ReadToEnd(); });
  auto connection = TextConnection::Open(Loopback(server.port()), Clock::now() + kLong);
  ASSERT_TRUE(connection.ok()) << connection.status();
  std::string received;
  const auto count = connection->Receive(received, Clock::now() + kShort);
  EXPECT_EQ(count.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(count.status().message()), HasSubstr("127.0.0.1:"));
}

TEST(TextConnection, SaysSoWhenTheServerIsGone) {
  test::FakeServer server([](test::FakeConnection& client) { client.ReadLine(); });
  auto connection = TextConnection::Open(Loopback(server.port()), Clock::now() + kLong);
  ASSERT_TRUE(connection.ok()) << connection.status();
  ASSERT_TRUE(connection->Send("one\n", Clock::now() + kLong).ok());
  std::string received;
  ASSERT_EQ(connection->Receive(received, Clock::now() + kLong).value(), 0u);
  // The server has closed: sending goes on until the reset is here, and never raises SIGPIPE.
  absl::Status sent;
  while (sent.ok()) sent = connection->Send("more\n", Clock::now() + kLong);
  EXPECT_EQ(sent.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(sent.message()), HasSubstr("lost the connection to 127.0.0.1:"));
}

}  // namespace
}  // namespace herd::client
