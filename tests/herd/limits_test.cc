// What clients may take of a server: at each limit somebody is turned away or closed, it is counted
// and said why, and the others do not notice.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/conversation.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/operator_stub.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Limits : public testing::Test {
 protected:
  void StartWith(const std::vector<std::string>& arguments) {
    herd_ = std::make_unique<TestHerd>(TestHerd::Options{.further_arguments = arguments});
    herd_->Start("Goloman");
    EXPECT_TRUE(Eventually([&] { return Connections() == 0; }));
  }

  std::unique_ptr<TextClient> Connect(const std::string& from = "") {
    return std::make_unique<TextClient>(herd_->Door("Goloman"), from);
  }

  // A client that has been let in, since it is answered.
  std::unique_ptr<TextClient> Enter(const std::string& from = "") {
    auto client = Connect(from);
    ExpectServed(client.get());
    return client;
  }

  static void ExpectServed(TextClient* client) {
    const std::string iamat = Iamat("walker", "1520023934");
    EXPECT_TRUE(IsReplyTo(iamat, "Goloman", client->Ask(iamat)));
  }

  v1::FrontDoor Door() { return herd_->StatusOf("Goloman").front_door(); }
  std::size_t Connections() { return herd_->StatusOf("Goloman").connections(); }

  std::string Log() {
    herd_->Terminate("Goloman");
    return herd_->Log("Goloman");
  }

  std::unique_ptr<TestHerd> herd_;
};

TEST_F(Limits, TurnAwayWhoComesWhenAllConnectionsAreTaken) {
  StartWith({"--max-connections=2", "--max-connections-per-address=2"});
  const auto first = Enter();
  auto second = Enter();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Connect("127.0.0.9")->ReadToEnd(), "");
  ExpectServed(first.get());
  ExpectServed(second.get());
  EXPECT_EQ(Door().refused_connections(), 20);
  EXPECT_EQ(Door().refused_of_address(), 0);
  second.reset();
  EXPECT_TRUE(Eventually([&] { return Connections() == 1; }));
  const auto third = Enter();
  EXPECT_EQ(Connect()->ReadToEnd(), "");

  const std::string log = Log();
  const std::string line = ": 2 are connected, and more may not be";
  const std::size_t told = log.find(line);
  ASSERT_NE(told, std::string::npos);
  EXPECT_EQ(log.find(line, told + 1), std::string::npos) << "once in a burst";
}

TEST_F(Limits, TurnAwayWhoComesWhenThoseOfItsAddressAreTaken) {
  StartWith({"--max-connections=10", "--max-connections-per-address=2"});
  const auto first = Enter("127.0.0.9");
  const auto second = Enter("127.0.0.9");
  EXPECT_EQ(Connect("127.0.0.9")->ReadToEnd(), "");
  const auto other = Enter("127.0.0.8");
  ExpectServed(first.get());
  ExpectServed(second.get());
  EXPECT_EQ(Door().refused_connections(), 0);
  EXPECT_EQ(Door().refused_of_address(), 1);
  EXPECT_THAT(Log(), HasSubstr("turned away the client 127.0.0.9:"));
}

TEST_F(Limits, AreTheSameForAllThreads) {
  StartWith({"--max-connections=4", "--max-connections-per-address=4", "--threads=3"});
  std::vector<std::unique_ptr<TextClient>> inside;
  for (int i = 0; i < 4; ++i) inside.push_back(Enter());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Connect()->ReadToEnd(), "");
  EXPECT_EQ(Door().refused_connections(), 20);
}

TEST_F(Limits, CloseWhoSaysNothing) {
  StartWith({"--idle-seconds=1"});
  const auto silent = Connect();
  const auto once = Enter();
  EXPECT_EQ(silent->ReadToEnd(), "");
  EXPECT_EQ(once->ReadToEnd(), "");
  EXPECT_EQ(Door().closed_idle(), 2);
  EXPECT_THAT(Log(), HasSubstr("it has said nothing for 1 s"));
}

TEST_F(Limits, CloseWhoDoesNotFinishALineHoweverSlowlyItGoesOn) {
  StartWith({"--line-seconds=1", "--idle-seconds=3600"});
  const auto stopped = Connect();
  stopped->Send("IAMAT wal");
  EXPECT_EQ(stopped->ReadToEnd(), "");
  const auto slow = Connect();
  EXPECT_TRUE(Eventually([&] {
    slow->SendSome("x");
    return Door().closed_unfinished_line() == 2;
  }));
  // A client between lines is not within one.
  const auto quiet = Enter();
  const auto further = Connect();
  further->Send("IAMAT");
  EXPECT_EQ(further->ReadToEnd(), "");
  ExpectServed(quiet.get());
  EXPECT_THAT(Log(), HasSubstr("it has not finished its line within 1 s"));
}

TEST_F(Limits, CloseWhoTakesNothingOfItsReplies) {
  StartWith({"--reply-seconds=1"});
  const auto deaf = Connect();
  std::string iamats;
  for (int i = 0; i < 1000; ++i) iamats += Iamat(absl::StrCat("deaf-", i), "1520023934") + "\n";
  EXPECT_TRUE(Eventually([&] {
    deaf->SendSome(iamats);
    return Door().closed_untaken_replies() == 1;
  }));
  EXPECT_EQ(Door().pending_bytes(), 0);
  ExpectServed(Connect().get());
  EXPECT_THAT(Log(), HasSubstr("it has taken nothing of its replies for 1 s"));
}

TEST_F(Limits, CloseWhoHasMoreThanItsShareWhenTooMuchIsKept) {
  StartWith({"--max-pending-bytes=1048576"});
  const auto good = Enter();
  std::vector<std::unique_ptr<TextClient>> deaf;
  for (int i = 0; i < 16; ++i) deaf.push_back(Connect());
  std::string iamats;
  for (int i = 0; i < 1000; ++i) iamats += Iamat(absl::StrCat("deaf-", i), "1520023934") + "\n";
  EXPECT_TRUE(Eventually([&] {
    for (const auto& client : deaf) client->SendSome(iamats);
    return Door().closed_pending_bytes() > 0;
  }));
  ExpectServed(good.get());
  // Of each that is left no more is kept than an equal share, and what one round adds.
  EXPECT_LT(Door().pending_bytes(), 3U << 20);
  deaf.clear();
  EXPECT_TRUE(Eventually([&] { return Connections() == 1; }));
  EXPECT_EQ(Door().pending_bytes(), 0);
  ExpectServed(good.get());
  EXPECT_THAT(Log(), HasSubstr("its part more than an equal share"));
}

TEST_F(Limits, RefuseTheReportsOfNewClientsWhenThereAreEnough) {
  StartWith({"--max-clients=2"});
  const auto client = Connect();
  const auto report = [&](const std::string& id, const std::string& time) {
    const std::string iamat = Iamat(id, time);
    const std::string reply = client->Ask(iamat);
    if (reply == "? " + iamat + "\n") return false;
    EXPECT_TRUE(IsReplyTo(iamat, "Goloman", reply));
    return true;
  };
  EXPECT_TRUE(report("one", "1520023934"));
  EXPECT_TRUE(report("two", "1520023934"));
  EXPECT_FALSE(report("three", "1520023934"));
  EXPECT_TRUE(report("two", "1520023935"));
  EXPECT_FALSE(report("three", "1520023935"));
  EXPECT_EQ(herd_->StatusOf("Goloman").clients(), 2);
  EXPECT_EQ(Door().refused_iamats(), 2);
  EXPECT_EQ(Door().invalid(), 0);
  EXPECT_THAT(Log(), HasSubstr("refused the report of a new client: 2 are known"));
}

// A server that may have that many descriptors.
class FewDescriptors : public Limits {
 protected:
  static constexpr int kDescriptors = 200;

  void Start(const std::vector<std::string>& arguments = {}) {
    herd_ = std::make_unique<TestHerd>(
        TestHerd::Options{.further_arguments = arguments, .descriptors = kDescriptors});
    herd_->Start("Goloman");
    EXPECT_TRUE(Eventually([&] { return Connections() == 0; }));
  }

  std::string Healthz() {
    const config::ServerConfig& server = *herd_->config().Find("Goloman");
    return Converse({server.host, server.metrics_port},
                    "GET /healthz HTTP/1.1\r\nHost: herd\r\n\r\n");
  }
};

TEST_F(FewDescriptors, SufficeForTheServerWhenClientsHaveTakenTheirs) {
  Start();
  const std::size_t most = Door().limits().connections();
  EXPECT_EQ(most, kDescriptors / 2);
  EXPECT_EQ(Door().limits().connections_per_address(), most / 2);
  std::vector<std::unique_ptr<TextClient>> inside;
  for (std::size_t i = 0; i < most; ++i) inside.push_back(Enter(i % 2 ? "127.0.0.8" : "127.0.0.9"));
  EXPECT_EQ(Connect()->ReadToEnd(), "");
  EXPECT_THAT(Healthz(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(Door().refused_connections(), 1);
  EXPECT_EQ(Door().accept_failures(), 0);
  ExpectServed(inside.front().get());
}

TEST_F(FewDescriptors, BoundTheConnectionsThatAreWished) {
  Start({"--max-connections=5000"});
  EXPECT_EQ(Door().limits().connections(), kDescriptors / 2);
  EXPECT_THAT(Log(), HasSubstr("of the 5000 connections of clients that may be, 100 can be: this "
                               "process may have 200 descriptors (ulimit -n)"));
}

}  // namespace
}  // namespace herd::test
