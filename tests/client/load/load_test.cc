// herd-client load as a person runs it: against the floor, servers that misbehave, and a herd.
#include <signal.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/fake_server.h"
#include "tests/client/program.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/process.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/upstream.h"

namespace herd::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

std::string Address(std::uint16_t port) { return absl::StrCat("127.0.0.1:", port); }

std::vector<std::string> LoadCommand(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {HerdClientPath(), "load"});
  return arguments;
}

// Runs it with --json -.
struct Ran {
  explicit Ran(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    finished = RunProgram(LoadCommand(std::move(arguments)));
    json = Json::parse(finished.out, nullptr, false);
    EXPECT_TRUE(json.is_object()) << finished.out << finished.err;
  }

  Finished finished;
  Json json;
};

void ExpectNoErrors(const Ran& ran, int requests) {
  EXPECT_EQ(ran.json["requests"], requests);
  EXPECT_EQ(ran.json["errors"], Json::object()) << ran.finished.err;
  EXPECT_EQ(ran.json["unanswered"], 0);
  EXPECT_EQ(ran.finished.exit_status, 0);
}

void ExpectErrors(const Ran& ran, const Json& errors) {
  EXPECT_EQ(ran.json["errors"], errors) << ran.finished.err;
  EXPECT_EQ(ran.finished.exit_status, 1);
}

class Floor : public testing::Test {
 protected:
  Floor() {
    const bool listens = Eventually([this] { return process_.Output().find('\n') != npos; });
    EXPECT_TRUE(listens) << process_.Output();
    const std::string said = process_.Output();
    address_ = said.substr(said.rfind(' ') + 1);
    address_.pop_back();
  }

  std::string address_;

 private:
  static constexpr auto npos = std::string::npos;

  TempDir directory_;
  Process process_{{HERD_FLOOR, "--document-bytes", "20000"}, directory_.File("floor.out")};
};

TEST_F(Floor, AnswersEveryRequestOfAClosedLoop) {
  for (const char* const depth : {"1", "7", "1000"}) {
    const Ran ran({"--server", address_, "--requests", "20000", "--depth", depth, "--verify", "1"});
    ExpectNoErrors(ran, 20'000);
    EXPECT_EQ(ran.json["bytes_sent"], 20'000 * 66);
    EXPECT_GT(ran.json["latency_us"]["p50"], 0);
    EXPECT_GT(ran.json["cpu_seconds"], 0);
  }
}

TEST_F(Floor, AnswersEveryRequestOfSeveralThreads) {
  const Ran ran({"--server", address_, "--server", address_, "--requests", "10001", "--threads",
                 "3", "--connections", "20", "--clients", "10", "--verify", "1"});
  ExpectNoErrors(ran, 10'001);
}

TEST_F(Floor, AnswersLongDocuments) {
  const Ran ran({"--server", address_, "--requests", "2000", "--whatsat", "0.5", "--depth", "8"});
  ExpectNoErrors(ran, 2000);
  EXPECT_GT(ran.json["bytes_received"], 800 * 20'000);
}

TEST_F(Floor, AnswersARateForAsLongAsItLasts) {
  const Ran ran({"--server", address_, "--rate", "5000", "--seconds", "0.4", "--threads", "2"});
  EXPECT_EQ(ran.json["errors"], Json::object());
  // What was due just before the end may have been too late to be sent.
  EXPECT_LE(ran.json["requests"], 2000);
  EXPECT_GT(ran.json["requests"], 1000);
}

TEST_F(Floor, AnswersAsManyRequestsAtARateAsAreAskedFor) {
  ExpectNoErrors(Ran({"--server", address_, "--rate", "20000", "--requests", "3000"}), 3000);
}

TEST_F(Floor, BearsThousandsOfIdleConnections) {
  ExpectNoErrors(Ran({"--server", address_, "--requests", "1000", "--idle", "3000"}), 1000);
}

TEST_F(Floor, IsLoadedUntilCtrlCWithASummary) {
  TerminalProgram load(LoadCommand({"--server", address_, "--seconds", "86400"}));
  EXPECT_THAT(load.ShownUntil(" errors"), HasSubstr("1 s  "));
  load.Type("\x03");
  EXPECT_THAT(load.ShownUntil("errors      none"), HasSubstr("(interrupted)"));
  EXPECT_EQ(load.ExitStatus(), 0);
}

// --- servers that misbehave ----------------------------------------------------------------------

std::string RightReply(const std::string& report) {
  return absl::StrCat("AT Fake +0.000000001 ", report.substr(report.find(' ') + 1));
}

// Answers each line with what `reply` makes of it.
FakeServer::Talk Answering(std::function<std::string(const std::string&)> reply) {
  return [reply = std::move(reply)](FakeConnection& client) {
    for (std::string line = client.ReadLine(); !line.empty(); line = client.ReadLine()) {
      client.Write(reply(line));
    }
  };
}

Ran LoadOf(const FakeServer& server, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.end(), {"--server", Address(server.port()), "--connections", "1"});
  return Ran(arguments);
}

TEST(Misbehaving, AServerThatAnswersForAnotherClientIsFoundOut) {
  const FakeServer server(Answering([](std::string report) {
    report[report.find("c0")] = 'd';
    return RightReply(report);
  }));
  const Ran ran = LoadOf(server, {"--requests", "5", "--verify", "0"});
  ExpectErrors(ran, {{"wrong_client", 5}});
  EXPECT_THAT(ran.finished.err, HasSubstr("5 reply of another client: to \"IAMAT c00"));
}

TEST(Misbehaving, AServerThatAnswersInTheWrongOrderIsFoundOut) {
  const FakeServer server([](FakeConnection& client) {
    const std::string first = client.ReadLine();
    client.Write(RightReply(client.ReadLine()) + RightReply(first));
    client.ReadToEnd();
  });
  ExpectErrors(LoadOf(server, {"--requests", "2", "--depth", "2"}), {{"wrong_client", 2}});
}

TEST(Misbehaving, AServerThatChangesATimeIsFoundOutByEveryByteVerified) {
  const FakeServer server(Answering([](const std::string& report) {
    return RightReply(report.substr(0, report.size() - 2) + "\n");
  }));
  ExpectErrors(LoadOf(server, {"--requests", "32", "--verify", "1"}), {{"malformed", 32}});
}

TEST(Misbehaving, AServerThatRefusesIsQuoted) {
  const FakeServer server(Answering([](const std::string& line) { return "? " + line; }));
  const Ran ran = LoadOf(server, {"--requests", "3", "--whatsat", "1"});
  ExpectErrors(ran, {{"refused", 3}});
  EXPECT_THAT(ran.finished.err, HasSubstr("came \"? WHATSAT c00"));
  EXPECT_THAT(ran.finished.err, HasSubstr("run with --order sequential --requests 100000"));
}

TEST(Misbehaving, AServerThatGreetsIsFoundOut) {
  const FakeServer server([](FakeConnection& client) {
    client.Write("hello\n");
    Answering(RightReply)(client);
  });
  const Ran ran = LoadOf(server, {"--requests", "5"});
  // Which errors depends on whether the greeting came before or after the first request left.
  EXPECT_FALSE(ran.json["errors"].empty());
  EXPECT_EQ(ran.finished.exit_status, 1);
}

TEST(Misbehaving, AServerThatHangsUpIsDialledAgain) {
  std::atomic<int> talks = 0;
  const FakeServer server([&talks](FakeConnection& client) {
    if (++talks > 1) return Answering(RightReply)(client);
    const std::string reply = RightReply(client.ReadLine());
    client.Write(reply + reply.substr(0, 20));
  });
  const Ran ran = LoadOf(server, {"--requests", "20", "--depth", "10"});
  ExpectErrors(ran, {{"connection_lost", 1}});
  EXPECT_EQ(ran.json["requests"], 11);
  EXPECT_EQ(ran.json["unanswered"], 9);
  EXPECT_EQ(talks, 2);
}

TEST(Misbehaving, AServerThatIsSilentIsNotWaitedForForever) {
  const FakeServer server([](FakeConnection& client) { client.ReadToEnd(); });
  const Ran ran = LoadOf(server, {"--requests", "3", "--depth", "3", "--timeout", "0.1"});
  ExpectErrors(ran, {{"timeout", 3}});
  EXPECT_EQ(ran.json["unanswered"], 3);
}

TEST(Misbehaving, AServerThatIsSilentIsLeftByCtrlC) {
  const FakeServer server([](FakeConnection& client) { client.ReadToEnd(); });
  TerminalProgram load(LoadCommand({"--server", Address(server.port()), "--connections", "1"}));
  load.ShownUntil("0 replies");
  load.Type("\x03");
  EXPECT_THAT(load.ShownUntil("unanswered  1"), HasSubstr("(interrupted)"));
  EXPECT_EQ(load.ExitStatus(), 0);
}

TEST(Misbehaving, AServerThatIsAwayIsNamedAndNothingIsSent) {
  const std::uint16_t port = UnusedPort();
  const Ran ran({"--server", Address(port), "--connections", "2"});
  ExpectErrors(ran, {{"connect_failed", 2}});
  EXPECT_EQ(ran.json["requests"], 0);
  EXPECT_THAT(ran.finished.err, HasSubstr(absl::StrCat("2 could not connect: 127.0.0.1:", port,
                                                       ": Connection refused")));
  EXPECT_THAT(ran.finished.err, HasSubstr("is the herd up? ./herd status"));
}

TEST(OpenLoop, CountsLatencyFromWhenARequestWasDueSoThatAStallIsNotLeftOut) {
  constexpr int kRequests = 200;
  // Says nothing until it has been sent everything.
  const FakeServer server([](FakeConnection& client) {
    std::string replies;
    for (int i = 0; i < kRequests; ++i) replies += RightReply(client.ReadLine());
    client.Write(replies);
    client.ReadToEnd();
  });
  const Ran ran = LoadOf(server, {"--rate", "1000", "--requests", absl::StrCat(kRequests)});
  ExpectNoErrors(ran, kRequests);
  // The first waits for 199 others to become due, one each millisecond, the middle one for
  // half of them.
  EXPECT_GE(ran.json["latency_us"]["max"], 199'000);
  EXPECT_GE(ran.json["latency_us"]["p50"], 99'000);
}

// --- the command line ----------------------------------------------------------------------------

TEST(LoadCommandLine, RefusesWhatMakesNoSense) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--rate", "5", "--depth", "2"},
                                             {"--connections", "0"},
                                             {"--whatsat", "1.5"},
                                             {"--order", "upwards"},
                                             {"--server", "Nobody"},
                                             {"--server", "127.0.0.1:x"},
                                             {"--server", ":12070"},
                                             {"--server", "localhost:65536"},
                                             {"--radius", "far"}}) {
    const Finished ran = RunProgram(LoadCommand(arguments));
    EXPECT_EQ(ran.exit_status, 2) << arguments[0] << " " << arguments[1] << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("herd-client: "));
  }
}

TEST(LoadCommandLine, SaysThatAReportCannotBeWritten) {
  const FakeServer server(Answering(RightReply));
  const Finished ran = RunProgram(LoadCommand({"--server", Address(server.port()), "--requests",
                                               "1", "--connections", "1", "--json", "/no/file"}));
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.err, HasSubstr("cannot write the report to /no/file: No such file"));
}

// --- a herd --------------------------------------------------------------------------------------

TEST(LoadOfAHerd, ReportsEachClientOnceAndThenAsksForThem) {
  Upstream upstream;
  TestHerd herd({.places_url = upstream.Url()});
  herd.StartAllLinked();
  const std::string config = absl::StrCat("--config=", herd.File("herd.json"));
  ExpectNoErrors(Ran({config, "--clients", "5000", "--requests", "5000", "--order", "sequential",
                      "--depth", "16", "--verify", "1", "--threads", "2"}),
                 5000);
  ASSERT_TRUE(herd.AwaitConverged());
  EXPECT_EQ(herd.GetStatus().at(0).clients(), 5000u);
  ExpectNoErrors(Ran({config, "--server", "Welsh", "--clients", "5000", "--requests", "500",
                      "--whatsat", "0.2", "--connections", "5", "--verify", "1"}),
                 500);
}

TEST(LoadOfAHerd, GoesOnAtTheOthersWhenAServerDies) {
  TestHerd herd;
  herd.StartAllLinked();
  const std::string report = herd.File("load.json");
  Process load(LoadCommand({absl::StrCat("--config=", herd.File("herd.json")), "--connections",
                            "10", "--rate", "2000", "--seconds", "86400", "--json", report}),
               herd.File("load.out"));
  const auto clients = [&] {
    const std::vector<v1::GetStatusResponse> status = herd.GetStatus();
    return status.empty() ? 0 : status[0].clients();
  };
  ASSERT_TRUE(Eventually([&] { return clients() > 100; }));
  herd.Kill("Wilkes");
  const auto before = clients();
  EXPECT_TRUE(Eventually([&] { return clients() > before + 500; }));
  load.Signal(SIGINT);
  EXPECT_EQ(load.Wait(), 1);
  const Json json = Json::parse(ReadFile(report), nullptr, false);
  EXPECT_EQ(json["errors"]["connection_lost"], 2) << json;
  EXPECT_EQ(json["errors"].count("not_sent"), 0u) << json;
}

}  // namespace
}  // namespace herd::test
