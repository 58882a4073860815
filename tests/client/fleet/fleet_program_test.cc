// herd-client fleet as it is run, through servers that die, hang and come back.
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/client/program.h"

namespace herd {
namespace {

using nlohmann::json;
using test::FakeConnection;
using test::FakeServer;
using test::Finished;
using test::RunProgram;
using test::TerminalProgram;
using ::testing::HasSubstr;

std::string ReplyTo(const std::string& line) {
  if (!absl::StartsWith(line, "IAMAT ")) return "? " + line;
  return "AT Fake +0.000000001 " + line.substr(6);
}

void AnswerEach(FakeConnection& client) {
  for (std::string line = client.ReadLine(); !line.empty(); line = client.ReadLine()) {
    client.Write(ReplyTo(line));
  }
}

// Answers so many reports, takes one more and dies of it.
std::string DieAfter(FakeConnection& client, int reports) {
  for (int i = 0; i < reports; ++i) client.Write(ReplyTo(client.ReadLine()));
  return client.ReadLine();
}

// On one connection, which is what a fake serves at a time: at home at the first server.
std::vector<std::string> FleetOver(const std::vector<const FakeServer*>& servers,
                                   const std::vector<std::string>& options) {
  std::vector<std::string> argv = {test::HerdClientPath(), "fleet", "--phones=10", "--interval=0.1",
                                   "--connections=1"};
  for (const FakeServer* const server : servers) {
    argv.insert(argv.end(), {"--server", absl::StrCat("127.0.0.1:", server->port())});
  }
  argv.insert(argv.end(), options.begin(), options.end());
  return argv;
}

struct Figures {
  json figures;
  std::string told;
  int exit_status;
};

Figures Fleet(const std::vector<const FakeServer*>& servers, std::vector<std::string> options) {
  options.push_back("--json=-");
  const Finished ran = RunProgram(FleetOver(servers, options));
  EXPECT_TRUE(json::accept(ran.out)) << ran.out << ran.err;
  return {json::parse(ran.out, nullptr, false), ran.err, ran.exit_status};
}

void ExpectAllAcknowledged(const Figures& fleet) {
  EXPECT_EQ(fleet.exit_status, 0) << fleet.figures;
  EXPECT_GT(fleet.figures["reports"], 0);
  EXPECT_EQ(fleet.figures["acknowledged"], fleet.figures["reports"]);
  EXPECT_EQ(fleet.figures["never_acknowledged"], 0);
  EXPECT_EQ(fleet.figures["errors"], json::object());
}

TEST(Fleet, ReportsAtItsRateAndTellsHowItWent) {
  const FakeServer server(AnswerEach);
  const Finished ran = RunProgram(FleetOver({&server}, {"--seconds=1.5"}));
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("     s  reports/s  acknowledged/s"));
  EXPECT_THAT(ran.out, HasSubstr("reports       150 in "));
  EXPECT_THAT(ran.out, HasSubstr("150 acknowledged, 0 never\n"));
  EXPECT_THAT(ran.out, HasSubstr("errors        none\n"));
  EXPECT_EQ(ran.err, "");
}

TEST(Fleet, SendsWhatADeadServerHasNotAnsweredToAnother) {
  std::atomic<bool> has_died = false;
  std::string unanswered;
  const FakeServer dead([&](FakeConnection& client) {
    if (has_died.exchange(true)) {
      client.ReadToEnd();
    } else {
      unanswered = DieAfter(client, 3);
    }
  });
  std::string first;
  const FakeServer other([&](FakeConnection& client) {
    first = client.ReadLine();
    client.Write(ReplyTo(first));
    AnswerEach(client);
  });
  const Figures fleet = Fleet({&dead, &other}, {"--seconds=1.2"});
  ExpectAllAcknowledged(fleet);
  EXPECT_EQ(first, unanswered);
  EXPECT_EQ(fleet.figures["fail_overs"], 1);
  EXPECT_GE(fleet.figures["sent_again"], 1);
  EXPECT_EQ(fleet.figures["servers"][0]["acknowledged"], 3);
  EXPECT_EQ(fleet.figures["servers"][0]["deaths"], 1);
  EXPECT_EQ(fleet.figures["servers"][0]["up"], false);
  EXPECT_THAT(fleet.told, HasSubstr(" is down: its phones go to others\n"));
}

TEST(Fleet, LeavesAServerThatHangs) {
  const FakeServer hung([](FakeConnection& client) { client.ReadToEnd(); });
  const FakeServer other(AnswerEach);
  const Figures fleet = Fleet({&hung, &other}, {"--seconds=0.5", "--patience=0.2"});
  ExpectAllAcknowledged(fleet);
  EXPECT_EQ(fleet.figures["servers"][0]["acknowledged"], 0);
}

TEST(Fleet, GoesBackHomeWhenItsServerIsBack) {
  std::atomic<int> connections = 0;
  const FakeServer home([&connections](FakeConnection& client) {
    if (++connections == 1) {
      DieAfter(client, 2);
    } else {
      AnswerEach(client);
    }
  });
  const FakeServer other(AnswerEach);
  const Figures fleet = Fleet({&home, &other}, {"--seconds=1"});
  ExpectAllAcknowledged(fleet);
  EXPECT_EQ(fleet.figures["returns"], 1);
  EXPECT_EQ(fleet.figures["fail_overs"], 1);
  EXPECT_GT(fleet.figures["servers"][0]["acknowledged"], 2);
  EXPECT_EQ(fleet.figures["servers"][0]["up"], true);
}

TEST(Fleet, KeepsItsReportsUntilAServerIsUp) {
  std::atomic<int> connections = 0;
  const FakeServer server([&connections](FakeConnection& client) {
    if (++connections > 3) AnswerEach(client);
  });
  const Figures fleet = Fleet({&server}, {"--seconds=0.2"});
  ExpectAllAcknowledged(fleet);
  EXPECT_EQ(fleet.figures["reports"], 20);
}

TEST(Fleet, FailsWhenNobodyEverAcknowledges) {
  const Finished ran = RunProgram({test::HerdClientPath(), "fleet", "--seconds=0.1",
                                   "--timeout=0.3", "--interval=0.1", "--phones=10", "--server",
                                   absl::StrCat("127.0.0.1:", test::UnusedPort())});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_THAT(ran.out, HasSubstr("reports       10 in "));
  EXPECT_THAT(ran.out, HasSubstr("0 acknowledged, 10 never\n"));
  EXPECT_THAT(ran.out, HasSubstr(", is down\n"));
}

TEST(Fleet, CountsRepliesThatAcknowledgeNothing) {
  const FakeServer server([](FakeConnection& client) {
    for (std::string line = client.ReadLine(); !line.empty(); line = client.ReadLine()) {
      client.Write("? " + line);
    }
  });
  const Figures fleet = Fleet({&server}, {"--seconds=0.2"});
  EXPECT_EQ(fleet.exit_status, 1);
  EXPECT_EQ(fleet.figures["errors"]["refused"]["count"], 20);
  EXPECT_EQ(fleet.figures["never_acknowledged"], 20);
}

TEST(Fleet, EndsWithASummaryWhenInterrupted) {
  const FakeServer server(AnswerEach);
  TerminalProgram fleet(FleetOver({&server}, {}));
  fleet.ShownUntil("1/1");
  fleet.Type("\x03");
  EXPECT_THAT(fleet.ShownUntil("errors        none"), HasSubstr("(interrupted)"));
  EXPECT_EQ(fleet.ExitStatus(), 0);
}

TEST(Fleet, RefusesAPlanThatMakesNoSense) {
  const auto complaint = [](const std::string& option) {
    const Finished ran = RunProgram({test::HerdClientPath(), "fleet", option});
    EXPECT_EQ(ran.exit_status, 2) << option;
    return ran.err;
  };
  EXPECT_THAT(complaint("--center=home"), HasSubstr("\"home\" is no place"));
  EXPECT_THAT(complaint("--center=+89+1"), HasSubstr("too near to a pole"));
  EXPECT_THAT(complaint("--server=Nobody"), HasSubstr("no server \"Nobody\""));
  EXPECT_THAT(complaint("--phones=0"), HasSubstr("--phones"));
  EXPECT_THAT(complaint("--interval=0"), HasSubstr("--interval"));
  EXPECT_THAT(complaint("--radius-km=0.05"), HasSubstr("--radius-km"));
}

}  // namespace
}  // namespace herd
