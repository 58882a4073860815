// herd-client as a person runs it: what it prints, what it complains about, how it exits.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config/herd_config.h"
#include "tests/client/fake_operator.h"
#include "tests/client/fake_server.h"
#include "tests/client/program.h"

namespace herd {
namespace {

using test::FakeConnection;
using test::FakeOperator;
using test::FakeServer;
using test::Finished;
using test::RunProgram;
using test::TerminalProgram;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr char kAt[] = "AT Goloman +0.263873386 kiwi +34.068930-118.445127 1520023934.918963997\n";
constexpr char kJson[] = "{\n   \"results\" : [],\n   \"status\" : \"ZERO_RESULTS\"\n}\n\n";

std::vector<std::string> Argv(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {test::HerdClientPath()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

Finished HerdClient(const std::vector<std::string>& arguments, const std::string& input = "") {
  return RunProgram(Argv(arguments), input);
}

// With --port in front.
Finished ClientOf(const FakeServer& server, std::vector<std::string> arguments,
                  const std::string& input = "") {
  arguments.insert(arguments.begin(), absl::StrCat("--port=", server.port()));
  return HerdClient(arguments, input);
}

std::string Address(uint16_t port) { return absl::StrCat("127.0.0.1:", port); }

// Answers a single command, which it hands to the test.
FakeServer::Talk Answer(std::string& command, const std::string& reply) {
  return [&command, reply](FakeConnection& client) {
    command = client.ReadToEnd();
    client.Write(reply);
  };
}

// A file for the time of one test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    static std::atomic<int> count = 0;
    path_ = absl::StrCat(testing::TempDir(), "/herd_client_test.", getpid(), ".", ++count);
    std::ofstream(path_) << content;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Iamat, SendsTheLineAndPrintsTheReplyAsItCame) {
  std::string command;
  Finished ran;
  {
    FakeServer server(Answer(command, kAt));
    ran = ClientOf(server, {"iamat", "kiwi", "+34.068930-118.445127", "--time", "1.5"});
  }
  EXPECT_EQ(command, "IAMAT kiwi +34.068930-118.445127 1.5\n");
  EXPECT_EQ(ran.out, kAt);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.exit_status, 0);
}

TEST(Iamat, SaysNowWithNineDecimals) {
  std::string command;
  {
    FakeServer server(Answer(command, kAt));
    EXPECT_EQ(ClientOf(server, {"iamat", "kiwi", "-33.86+151.20"}).exit_status, 0);
  }
  EXPECT_THAT(command, MatchesRegex("IAMAT kiwi -33\\.86\\+151\\.20 [0-9]+\\.[0-9]{9}\n"));
}

TEST(Iamat, LeavesItToTheServerWhatIsValid) {
  std::string command;
  Finished ran;
  {
    FakeServer server(Answer(command, "? IAMAT status nowhere never\n"));
    ran = ClientOf(server, {"iamat", "status", "nowhere", "--time", "never"});
    EXPECT_EQ(ran.err,
              absl::StrCat("herd-client: ", Address(server.port()), " refused the command\n"));
  }
  EXPECT_EQ(command, "IAMAT status nowhere never\n");
  EXPECT_EQ(ran.out, "? IAMAT status nowhere never\n");
  EXPECT_EQ(ran.exit_status, 1);
}

TEST(Iamat, RefusesOperandsThatWouldChangeTheFieldCount) {
  for (const char* operand : {"", "a b", "a\n", "\ta", "a\v", "a\f", "a\r"}) {
    const Finished ran = HerdClient({"iamat", operand, "+1+1"});
    EXPECT_EQ(ran.exit_status, 2) << operand;
    EXPECT_THAT(ran.err, StartsWith("herd-client: ID "));
    EXPECT_EQ(ran.out, "");
  }
  EXPECT_EQ(HerdClient({"iamat", "a\xc2\xa0z", "+1 +1"}).err,
            "herd-client: POSITION has white space in it, the server would see two fields\n");
}

TEST(Iamat, PassesBytesThatAreNoUtf8) {
  std::string command;
  {
    FakeServer server(Answer(command, kAt));
    ClientOf(server, {"iamat", "k\xff\xc2\xa0w", "+1+1", "--time=1"});
  }
  EXPECT_EQ(command, "IAMAT k\xff\xc2\xa0w +1+1 1\n");
}

TEST(Iamat, GoesToTheServerThatIsNamed) {
  std::string command;
  FakeServer server(Answer(command, kAt));
  config::HerdConfig herd = config::DefaultHerdConfig();
  herd.servers[4].client_port = server.port();
  const TemporaryFile file(config::ToJson(herd));
  const Finished ran =
      HerdClient({"iamat", "kiwi", "+1+1", "--server", "Welsh", "--config", file.path()});
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_EQ(ran.out, kAt);
}

TEST(Iamat, NamesTheServersWhenThereIsNoneOfThatName) {
  const Finished ran = HerdClient({"iamat", "kiwi", "+1+1", "--server", "Goldman"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_EQ(ran.err,
            "herd-client: the herd has no server \"Goldman\", only Goloman, Hands, Holiday, "
            "Wilkes, Welsh\n");
}

TEST(Iamat, SaysWhereItCouldNotConnectAndWhatToLookAt) {
  const uint16_t port = test::UnusedPort();
  const Finished ran =
      HerdClient({"iamat", "kiwi", "+1+1", "--server", "Welsh", absl::StrCat("--port=", port)});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(ran.err, absl::StrCat("herd-client: Welsh: cannot connect to ", Address(port),
                                  ": Connection refused; is the herd up? ./herd status\n"));
}

TEST(Iamat, GivesUpOnASilentServer) {
  std::atomic<bool> done = false;
  FakeServer silent([&done](FakeConnection&) { done.wait(false); });
  const Finished ran = ClientOf(silent, {"iamat", "kiwi", "+1+1", "--timeout", "0.05"});
  done = true;
  done.notify_all();
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(ran.err, absl::StrCat("herd-client: timed out waiting for ", Address(silent.port()),
                                  " to answer\n"));
}

TEST(Iamat, SaysSoWhenTheServerClosesWithoutAReply) {
  std::string command;
  FakeServer server(Answer(command, ""));
  const Finished ran = ClientOf(server, {"iamat", "kiwi", "+1+1"});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(ran.err, absl::StrCat("herd-client: ", Address(server.port()),
                                  " closed the connection before its reply was whole\n"));
}

TEST(Iamat, SaysSoWhenTheConnectionBreaks) {
  FakeServer server([](FakeConnection& client) {
    client.ReadToEnd();
    client.Reset();
  });
  const Finished ran = ClientOf(server, {"iamat", "kiwi", "+1+1"});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(ran.err, absl::StrCat("herd-client: lost the connection to ", Address(server.port()),
                                  ": Connection reset by peer\n"));
}

TEST(Whatsat, PrintsTheAtLineAndTheJsonHoweverTheyCome) {
  std::string command;
  FakeServer server([&command](FakeConnection& client) {
    command = client.ReadToEnd();
    for (const char c : absl::StrCat(kAt, kJson)) client.Write(std::string(1, c));
  });
  const Finished ran = ClientOf(server, {"whatsat", "kiwi", "10.5", "5"});
  EXPECT_EQ(command, "WHATSAT kiwi 10.5 5\n");
  EXPECT_EQ(ran.out, absl::StrCat(kAt, kJson));
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
}

TEST(Whatsat, PassesANegativeRadiusOnToBeRefused) {
  std::string command;
  FakeServer server(Answer(command, "? WHATSAT kiwi -5 5\n"));
  const Finished ran = ClientOf(server, {"whatsat", "kiwi", "-5", "5"});
  EXPECT_EQ(command, "WHATSAT kiwi -5 5\n");
  EXPECT_EQ(ran.exit_status, 1);
}

TEST(Whatsat, PrintsWhatCameOfAReplyThatIsCutShortAndFails) {
  std::string command;
  FakeServer server(Answer(command, absl::StrCat(kAt, "{\n   \"results\"")));
  const Finished ran = ClientOf(server, {"whatsat", "kiwi", "10", "5"});
  EXPECT_EQ(ran.out, absl::StrCat(kAt, "{\n   \"results\""));
  EXPECT_THAT(ran.err, HasSubstr("before its reply was whole"));
  EXPECT_EQ(ran.exit_status, 1);
}

// Answers each line as a server would, at once.
void Serve(FakeConnection& client) {
  while (true) {
    const std::string line = client.ReadLine();
    if (line.empty()) return;
    if (line.rfind("IAMAT", 0) == 0) {
      client.Write(kAt);
    } else if (line.rfind("WHATSAT", 0) == 0) {
      client.Write(absl::StrCat(kAt, kJson));
    } else if (line != "\n") {
      client.Write(absl::StrCat("? ", line, line.back() == '\n' ? "" : "\n"));
    }
  }
}

TEST(Send, SendsItsInputAndPrintsEveryReply) {
  FakeServer server(Serve);
  const Finished ran =
      ClientOf(server, {"send"}, "IAMAT kiwi +1+1 1\n\nWHATSAT kiwi 1 1\nIAMAT kiwi +1+1 1");
  EXPECT_EQ(ran.out, absl::StrCat(kAt, kAt, kJson, kAt));
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.exit_status, 0);
}

TEST(Send, FailsWhenTheServerRefusedACommand) {
  FakeServer server(Serve);
  const Finished ran = ClientOf(server, {"send"}, "HELLO\nIAMAT kiwi +1+1 1\nBYE");
  EXPECT_EQ(ran.out, absl::StrCat("? HELLO\n", kAt, "? BYE\n"));
  EXPECT_EQ(ran.err,
            absl::StrCat("herd-client: ", Address(server.port()), " refused 2 commands\n"));
  EXPECT_EQ(ran.exit_status, 1);
}

TEST(Send, IsContentWithNoInput) {
  FakeServer server(Serve);
  const Finished ran = ClientOf(server, {"send"});
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.exit_status, 0);
}

TEST(Send, ReadsRepliesWhileItSendsSoThatNeitherSideBlocks) {
  // More than the kernel holds goes either way, and more comes back than was sent, so that the
  // server cannot read on while nobody reads its replies.
  constexpr int kLines = 3000;
  const std::string reply = "? " + std::string(24'000, 'x') + "\n";
  FakeServer server([&reply](FakeConnection& client) {
    while (!client.ReadLine().empty()) client.Write(reply);
  });
  std::string input;
  for (int i = 0; i < kLines; ++i) absl::StrAppend(&input, std::string(8000, 'x'), "\n");
  const Finished ran = ClientOf(server, {"send"}, input);
  EXPECT_EQ(ran.out.size(), reply.size() * kLines);
  EXPECT_EQ(ran.err,
            absl::StrCat("herd-client: ", Address(server.port()), " refused 3000 commands\n"));
}

TEST(Send, IsOwedAReplyForALastLineWithoutItsEnd) {
  FakeServer server([](FakeConnection& client) { client.ReadToEnd(); });
  EXPECT_EQ(ClientOf(server, {"send"}, "IAMAT a +1+1 1").err,
            absl::StrCat("herd-client: ", Address(server.port()),
                         " closed the connection and owed 1 reply\n"));
}

TEST(Send, SaysHowManyRepliesTheServerStillOwed) {
  FakeServer server([](FakeConnection& client) {
    client.ReadToEnd();
    client.Write(kAt);
  });
  const Finished ran =
      ClientOf(server, {"send"}, "IAMAT a +1+1 1\nIAMAT a +1+1 1\nWHATSAT a 1 1\n");
  EXPECT_EQ(ran.out, kAt);
  EXPECT_EQ(ran.err, absl::StrCat("herd-client: ", Address(server.port()),
                                  " closed the connection and owed 2 replies\n"));
  EXPECT_EQ(ran.exit_status, 1);
}

TEST(Send, GivesUpOnASilentServer) {
  std::atomic<bool> done = false;
  FakeServer server([&done](FakeConnection&) { done.wait(false); });
  const Finished ran = ClientOf(server, {"--timeout", "0.05", "send"}, "IAMAT a +1+1 1\n");
  done = true;
  done.notify_all();
  EXPECT_THAT(ran.err, HasSubstr("timed out waiting for 127.0.0.1:"));
  EXPECT_EQ(ran.exit_status, 1);
}

TEST(SendOnATerminal, PromptsOnceTheReplyIsWhole) {
  FakeServer server(Serve);
  TerminalProgram client(Argv({"send", "--server=Welsh", absl::StrCat("--port=", server.port())}));
  EXPECT_THAT(client.ShownUntil("Welsh> "), HasSubstr("Ctrl-D"));
  client.Type("WHATSAT kiwi 1 1\n");
  EXPECT_THAT(client.ShownUntil("Welsh> "), HasSubstr("ZERO_RESULTS"));
  client.Type("\n");
  EXPECT_EQ(client.ShownUntil("Welsh> "), "\r\nWelsh> ");
  client.Type("nonsense\n");
  EXPECT_THAT(client.ShownUntil("Welsh> "), HasSubstr("? nonsense"));
  client.Type("\x04");
  EXPECT_EQ(client.ExitStatus(), 0);
}

TEST(SendOnATerminal, DoesNotTakeTheFirstPartOfAReplyForTheWhole) {
  std::atomic<bool> at_is_shown = false;
  FakeServer server([&at_is_shown](FakeConnection& client) {
    client.ReadLine();
    client.Write(kAt);
    at_is_shown.wait(false);
    client.Write(kJson);
    client.ReadToEnd();
  });
  TerminalProgram client(Argv({"send", "--server=Welsh", absl::StrCat("--port=", server.port())}));
  client.ShownUntil("Welsh> ");
  client.Type("WHATSAT kiwi 1 1\n");
  client.ShownUntil("1520023934.918963997\r\n");
  at_is_shown = true;
  at_is_shown.notify_all();
  EXPECT_THAT(client.ShownUntil("Welsh> "), HasSubstr("ZERO_RESULTS"));
  client.Type("\x04");
  EXPECT_EQ(client.ExitStatus(), 0);
}

TEST(SendOnATerminal, EndsWhenTheServerGoesAwayWhileAPersonThinks) {
  FakeServer server([](FakeConnection& client) {
    client.ReadLine();
    client.Write(kAt);
  });
  TerminalProgram client(Argv({"send", absl::StrCat("--port=", server.port())}));
  client.Type("IAMAT kiwi +1+1 1\n");
  EXPECT_THAT(client.ShownUntil("input ended"), HasSubstr("closed the connection before the"));
  EXPECT_EQ(client.ExitStatus(), 1);
}

// A herd of two, each with the links `up` says.
class Status : public testing::Test {
 protected:
  v1::GetStatusResponse Report(const std::string& name, const std::string& neighbor) {
    v1::GetStatusResponse report;
    report.set_server(name);
    report.set_ready(true);
    v1::Neighbor& edge = *report.add_neighbors();
    edge.set_server(neighbor);
    edge.set_outbound_up(links_up_);
    edge.set_inbound_up(links_up_);
    return report;
  }

  config::HerdConfig Herd(uint16_t b_port) const {
    config::HerdConfig herd;
    herd.servers = {{.name = "A",
                     .client_port = 1,
                     .propagate_port = 2,
                     .operator_port = a_.port(),
                     .neighbors = {"B"}},
                    {.name = "B",
                     .client_port = 3,
                     .propagate_port = 4,
                     .operator_port = b_port,
                     .neighbors = {}}};
    return herd;
  }

  std::atomic<bool> links_up_ = true;
  std::atomic<int> asked_ = 0;
  FakeOperator a_{[this] {
    // The link comes up only after some have asked in vain.
    if (++asked_ == 4) links_up_ = true;
    return Report("A", "B");
  }};
};

TEST_F(Status, ShowsTheHerdAndSucceedsWhenItIsWhole) {
  const FakeOperator b([this] { return Report("B", "A"); });
  const TemporaryFile file(config::ToJson(Herd(b.port())));
  const Finished ran = HerdClient({"status", "--config", file.path()});
  EXPECT_THAT(ran.out, HasSubstr("A       yes"));
  EXPECT_THAT(ran.out, HasSubstr("B       yes"));
  EXPECT_THAT(ran.out, EndsWith("converged: yes\n"));
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.exit_status, 0);
}

TEST_F(Status, NamesTheServerThatIsAway) {
  const uint16_t port = test::UnusedPort();
  const TemporaryFile file(config::ToJson(Herd(port)));
  const Finished ran = HerdClient({"status", "--config", file.path()});
  EXPECT_THAT(ran.out, HasSubstr("A       yes"));
  EXPECT_EQ(ran.err, absl::StrCat("herd-client: the herd is not whole:\n  B does not answer at ",
                                  Address(port), " (Connection refused)\n"));
  EXPECT_EQ(ran.exit_status, 1);
}

TEST_F(Status, WaitsForTheLinksWhenAskedTo) {
  links_up_ = false;
  const FakeOperator b([this] { return Report("B", "A"); });
  const TemporaryFile file(config::ToJson(Herd(b.port())));
  EXPECT_EQ(HerdClient({"status", "--config", file.path()}).exit_status, 1);
  const Finished ran = HerdClient({"status", "--wait", "60", "--config", file.path()});
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_GE(asked_, 4);
}

TEST_F(Status, SaysWhatIsMissingWhenTheWaitIsOver) {
  links_up_ = false;
  asked_ = 1000;
  const FakeOperator b([this] { return Report("B", "A"); });
  const TemporaryFile file(config::ToJson(Herd(b.port())));
  const Finished ran = HerdClient({"status", "--wait", "0.2", "--config", file.path()});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(
      ran.err,
      "herd-client: the herd is not whole after 0.2 s:\n  the link from A to B is down\n  the "
      "link from B to A is down\n");
}

TEST_F(Status, SpeaksJsonToPrograms) {
  const FakeOperator b([this] { return Report("B", "A"); });
  const TemporaryFile file(config::ToJson(Herd(b.port())));
  const Finished ran = HerdClient({"status", "--json", "--config", file.path()});
  EXPECT_THAT(ran.out, StartsWith("{\n  \"converged\": true,\n"));
  EXPECT_EQ(ran.exit_status, 0);
}

TEST_F(Status, GivesUpOnASilentServer) {
  std::atomic<bool> done = false;
  const FakeOperator silent([&done] {
    done.wait(false);
    return v1::GetStatusResponse();
  });
  const TemporaryFile file(config::ToJson(Herd(silent.port())));
  const Finished ran = HerdClient({"status", "--timeout", "0.5", "--config", file.path()});
  done = true;
  done.notify_all();
  EXPECT_EQ(ran.err, absl::StrCat("herd-client: the herd is not whole:\n  B does not answer at ",
                                  Address(silent.port()), " (timed out)\n"));
}

TEST(Config, PrintsTheDefaultHerd) {
  const Finished ran = HerdClient({"config"});
  EXPECT_EQ(ran.out, config::ToJson(config::DefaultHerdConfig()));
  EXPECT_EQ(ran.exit_status, 0);
}

TEST(Config, ChecksAFile) {
  const TemporaryFile good(config::ToJson(config::DefaultHerdConfig()));
  const Finished accepted = HerdClient({"config", "--check", good.path()});
  EXPECT_EQ(accepted.out, absl::StrCat(good.path(), ": a herd of 5 servers\n"));
  EXPECT_EQ(accepted.exit_status, 0);

  const TemporaryFile bad(R"({"servers":[]})");
  const Finished refused = HerdClient({"config", "--check", bad.path()});
  EXPECT_EQ(refused.err, absl::StrCat("herd-client: ", bad.path(),
                                      ": \"servers\" is empty: a herd has at least one server\n"));
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_EQ(HerdClient({"--config", bad.path(), "status"}).exit_status, 2);
}

TEST(CommandLine, TellsWhatIsWrongWithItAndExitsWith2) {
  const std::string hint = "; herd-client --help shows what there is\n";
  const Finished unknown = HerdClient({"frobnicate"});
  EXPECT_EQ(unknown.err, "herd-client: there is no command \"frobnicate\"" + hint);
  EXPECT_EQ(unknown.exit_status, 2);
  EXPECT_EQ(HerdClient({}).exit_status, 2);
  EXPECT_EQ(HerdClient({"iamat", "kiwi"}).err, "herd-client: POSITION is required" + hint);
  EXPECT_EQ(HerdClient({"iamat", "kiwi", "+1+1", "--port=0"}).exit_status, 2);
  EXPECT_EQ(HerdClient({"iamat", "kiwi", "+1+1", "more"}).exit_status, 2);
  EXPECT_EQ(HerdClient({"status", "--timeout=0"}).exit_status, 2);
}

TEST(CommandLine, HelpsAndTellsItsVersion) {
  const Finished help = HerdClient({"--help"});
  EXPECT_EQ(help.exit_status, 0);
  for (const char* command : {"iamat", "whatsat", "send", "status", "config"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
  }
  EXPECT_THAT(HerdClient({"--version"}).out,
              MatchesRegex("herd-client [0-9.]+(-[0-9]+)?(-g[0-9a-f]+)?\n"));
}

}  // namespace
}  // namespace herd
