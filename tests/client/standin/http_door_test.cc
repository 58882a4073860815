#include "client/standin/http_door.h"

#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/standin/browser.h"

namespace herd::standin {
namespace {

using testing::HasSubstr;

Reply Echo(const Request& request) {
  std::string body = request.path;
  for (const auto& [name, value] : request.parameters) body += " " + name + "=" + value;
  return {200, "text/plain", body};
}

std::string UrlOf(const HttpDoor& door) {
  return "http://127.0.0.1:" + std::to_string(door.port());
}

TEST(HttpDoor, HandsOverThePathAndTheDecodedParameters) {
  HttpDoor door(Echo);
  ASSERT_TRUE(door.Listen("127.0.0.1", 0).ok());
  std::thread serving([&] { EXPECT_TRUE(door.Serve().ok()); });
  Browser browser;
  EXPECT_EQ(browser.Get(UrlOf(door) + "/a/b?y=%41+b&x=1&x=2&z=%00%ff&empty=&nothing"), 200);
  EXPECT_EQ(browser.body, std::string("/a/b empty= nothing= x=1 y=A b z=") + '\0' + "\xff");
  door.Stop();
  serving.join();
}

TEST(HttpDoor, TakesBodiesUpToAMebibyte) {
  HttpDoor door(Echo);
  ASSERT_TRUE(door.Listen("127.0.0.1", 0).ok());
  std::thread serving([&] { EXPECT_TRUE(door.Serve().ok()); });
  const std::string most(std::size_t{1} << 20, 'x');
  EXPECT_EQ(Browser().Post(UrlOf(door) + "/a", most), 200);
  EXPECT_EQ(Browser().Post(UrlOf(door) + "/a", most + "x"), 413);
  door.Stop();
  serving.join();
}

TEST(HttpDoor, ReturnsFromServeWhenStoppedBeforeIt) {
  HttpDoor door(Echo);
  ASSERT_TRUE(door.Listen("127.0.0.1", 0).ok());
  door.Stop();
  EXPECT_TRUE(door.Serve().ok());
}

TEST(HttpDoor, FinishesTheRequestsUnderWayWhenStopped) {
  std::latch asked(1);
  std::latch stopped(1);
  HttpDoor door([&](const Request& request) {
    asked.count_down();
    stopped.wait();
    return Echo(request);
  });
  ASSERT_TRUE(door.Listen("127.0.0.1", 0).ok());
  std::thread serving([&] { EXPECT_TRUE(door.Serve().ok()); });
  Browser browser;
  auto status = std::async(std::launch::async, [&] { return browser.Get(UrlOf(door) + "/slow"); });
  asked.wait();
  door.Stop();
  stopped.count_down();
  EXPECT_EQ(status.get(), 200);
  EXPECT_EQ(browser.body, "/slow");
  serving.join();
}

TEST(HttpDoor, AnswersManyConnectionsAtOnce) {
  constexpr int kConnections = 32;
  std::latch all_there(kConnections);
  HttpDoor door([&](const Request& request) {
    all_there.arrive_and_wait();
    return Echo(request);
  });
  ASSERT_TRUE(door.Listen("127.0.0.1", 0).ok());
  std::thread serving([&] { EXPECT_TRUE(door.Serve().ok()); });
  std::vector<std::future<long>> statuses;
  for (int i = 0; i < kConnections; ++i) {
    statuses.push_back(std::async(std::launch::async, [&] { return Browser().Get(UrlOf(door)); }));
  }
  for (auto& status : statuses) EXPECT_EQ(status.get(), 200);
  door.Stop();
  serving.join();
}

TEST(HttpDoor, NamesWhatItCannotListenOn) {
  HttpDoor first(Echo);
  ASSERT_TRUE(first.Listen("127.0.0.1", 0).ok());
  HttpDoor second(Echo);
  const auto taken = second.Listen("127.0.0.1", first.port());
  EXPECT_EQ(taken.message(), "cannot listen on 127.0.0.1 port " + std::to_string(first.port()) +
                                 ": Address already in use");
  HttpDoor third(Echo);
  EXPECT_THAT(std::string(third.Listen("no such host", 0).message()), HasSubstr("no such host"));
}

}  // namespace
}  // namespace herd::standin
