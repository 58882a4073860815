// The server as a program: how it starts, what it refuses and how it stops.
#include <signal.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using testing::HasSubstr;

struct Ended {
  std::optional<int> status;
  std::string output;
};

class ServerProcess : public testing::Test {
 protected:
  Ended Run(const std::vector<std::string>& arguments) {
    const std::string output = directory_.File(absl::StrCat("output-", ++runs_));
    std::vector<std::string> command = {HERD_SERVER};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process process(command, output);
    return {.status = process.Wait(), .output = process.Output()};
  }

  std::string FileWith(std::string_view text) {
    const std::string path = directory_.File(absl::StrCat("file-", ++runs_));
    WriteFile(path, text);
    return path;
  }

  // A Goloman that shares nothing with the running one but that port.
  Ended RunOnPortOf(const config::HerdConfig& running, std::uint16_t config::ServerConfig::*port) {
    config::HerdConfig other = DefaultGraph();
    other.servers[0].*port = running.Find("Goloman")->*port;
    return Run({"Goloman", "--listen", PrivateAddress(), "--metrics-listen", PrivateAddress(),
                "--config", FileWith(config::ToJson(other)), "--log-file",
                directory_.File("second.log")});
  }

  const TempDir directory_;
  int runs_ = 0;
};

TEST_F(ServerProcess, ASecondOneOfTheSameNameFailsAndNamesAPortAndTheFirstLivesOn) {
  TestHerd herd;
  herd.Start("Goloman");
  Process second(herd.CommandLine("Goloman"), directory_.File("output"));
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.Output(), HasSubstr(absl::StrCat(herd.config().servers[0].propagate_port)));
  const std::string iamat = Iamat("walker", "1520023934");
  EXPECT_TRUE(IsReplyTo(iamat, "Goloman", TextClient(herd.Port("Goloman")).Ask(iamat)));
}

TEST_F(ServerProcess, IsTheOneOfItsPodsNumber) {
  const std::string herd = FileWith(R"({"servers": [{"name": "Only", "client_port": 1,
                                        "propagate_port": 2, "operator_port": 3}]})");
  const auto check = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"--check-config", "--config", herd};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return Run(all);
  };
  EXPECT_EQ(check({"--pod", "herd-0"}).status, 0);
  EXPECT_EQ(check({"--pod", "herd-1"}).status, 1);
  EXPECT_THAT(check({"--pod", "herd-1"}).output,
              HasSubstr("herd-1 is none of the herd's 1 servers"));
  // A name counts before a pod.
  EXPECT_EQ(check({"Only", "--pod", "herd-1"}).status, 0);
  EXPECT_EQ(check({"Other", "--pod", "herd-0"}).status, 1);
}

TEST_F(ServerProcess, IsTheOneThatTheEnvironmentNames) {
  const auto check = [&](const char* name, const char* pod) {
    setenv("HERD_NAME", name, 1);
    setenv("HERD_POD", pod, 1);
    const Ended ended = Run({"--check-config"});
    unsetenv("HERD_NAME");
    unsetenv("HERD_POD");
    return ended.status;
  };
  EXPECT_EQ(check("Welsh", ""), 0);
  EXPECT_EQ(check("Nobody", ""), 1);
  EXPECT_EQ(check("", "herd-4"), 0);
  EXPECT_EQ(check("", "herd-5"), 1);
  EXPECT_EQ(check("Welsh", "herd-5"), 0);
}

TEST_F(ServerProcess, AClientPortThatIsTakenIsNamed) {
  TestHerd herd;
  herd.Start("Goloman");
  const Ended ended = RunOnPortOf(herd.config(), &config::ServerConfig::client_port);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr(absl::StrCat("cannot listen on ", PrivateAddress(), " port ",
                                                   herd.Port("Goloman"), " for clients")));
}

TEST_F(ServerProcess, APropagatePortThatIsTakenIsNamed) {
  TestHerd herd;
  herd.Start("Goloman");
  const Ended ended = RunOnPortOf(herd.config(), &config::ServerConfig::propagate_port);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output,
              HasSubstr(absl::StrCat("cannot listen on ", PrivateAddress(), ":",
                                     herd.config().servers[0].propagate_port, " for neighbors")));
}

TEST_F(ServerProcess, AnOperatorPortThatIsTakenIsNamed) {
  TestHerd herd;
  herd.Start("Goloman");
  const Ended ended = RunOnPortOf(herd.config(), &config::ServerConfig::operator_port);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output,
              HasSubstr(absl::StrCat("cannot listen on ", PrivateAddress(), ":",
                                     herd.config().servers[0].operator_port, " for operators")));
}

TEST_F(ServerProcess, AMetricsPortThatIsTakenIsNamed) {
  TestHerd herd;
  herd.Start("Goloman");
  const Ended ended = RunOnPortOf(herd.config(), &config::ServerConfig::metrics_port);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output,
              HasSubstr(absl::StrCat("cannot listen on ", PrivateAddress(), " port ",
                                     herd.config().servers[0].metrics_port, " for metrics")));
}

TEST_F(ServerProcess, SeveralThreadsDoNotShareAPortWithAnotherProcess) {
  TestHerd herd({.further_arguments = {"--threads", "3"}});
  herd.Start("Goloman");
  config::HerdConfig other = DefaultGraph();
  other.servers[0].client_port = herd.Port("Goloman");
  const Ended ended = Run({"Goloman", "--threads", "3", "--listen", PrivateAddress(), "--config",
                           FileWith(config::ToJson(other))});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr(absl::StrCat("port ", herd.Port("Goloman"))));
}

TEST_F(ServerProcess, AnAddressThatThisMachineHasNotIsNamed) {
  TestHerd herd;
  const Ended ended = Run({"Goloman", "--config", herd.File("herd.json"), "--listen", "192.0.2.1"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("192.0.2.1"));
}

TEST_F(ServerProcess, AnUnknownNameIsRefusedWithTheNamesThatThereAre) {
  const Ended ended = Run({"Nobody"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("Nobody"));
  EXPECT_THAT(ended.output, HasSubstr("Goloman, Hands, Holiday, Wilkes, Welsh"));
  EXPECT_EQ(Run({}).status, 1);
}

TEST_F(ServerProcess, ABadConfigurationIsRefusedByFileAndReason) {
  const std::string broken = FileWith("{\"servers\": [}");
  const std::string one_sided =
      FileWith(R"({"servers": [{"name": "A", "client_port": 1, "propagate_port": 2,
                  "operator_port": 3, "neighbors": ["B"]}]})");
  for (const std::string& file : {broken, one_sided, directory_.File("missing")}) {
    for (const char* const name : {"A", "--check-config"}) {
      const Ended ended = Run({name, "--config", file});
      EXPECT_EQ(ended.status, 1);
      EXPECT_THAT(ended.output, HasSubstr(file));
    }
  }
  EXPECT_THAT(Run({"A", "--config", broken}).output, HasSubstr("line 1, column 14"));
  EXPECT_THAT(Run({"A", "--config", one_sided}).output, HasSubstr("\"B\", not in the herd"));
}

TEST_F(ServerProcess, CheckConfigSaysNothingAboutAGoodConfigurationAndStartsNothing) {
  TestHerd herd;
  herd.Start("Goloman");
  for (const char* const name : {"--check-config", "Goloman", "Welsh"}) {
    const Ended ended = Run({name, "--check-config", "--config", herd.File("herd.json")});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.output, "");
  }
  EXPECT_EQ(Run({"Nobody", "--check-config"}).status, 1);
}

TEST_F(ServerProcess, ALogFileThatCannotBeOpenedIsNamed) {
  const Ended ended = Run({"Goloman", "--log-file", "/proc/none/such"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("/proc/none/such"));
}

class StoppingSignal : public testing::TestWithParam<int> {};

TEST_P(StoppingSignal, EndsAServerWithExitStatus0AlsoWithClientsThatWaitForPlaces) {
  Upstream silent(Behaviour::kSilent);
  TestHerd herd({.places_url = silent.Url()});
  herd.StartAllLinked();
  TextClient idle(herd.Port("Goloman"));
  TextClient waiting(herd.Port("Goloman"));
  TextClient half_said(herd.Port("Goloman"));
  half_said.Send("IAMAT half");
  const std::string at = waiting.Ask(Iamat("walker", "1520023934"));
  EXPECT_NE(at, "");
  waiting.Send(Whatsat("walker") + "\n");
  ASSERT_TRUE(Eventually([&] { return silent.requests() == 1; }));
  herd.Server("Goloman").Signal(GetParam());
  EXPECT_EQ(herd.Server("Goloman").Wait(), 0);
  EXPECT_EQ(idle.ReadOnce(), "");
  EXPECT_THAT(herd.Log("Goloman"), HasSubstr(GetParam() == SIGINT ? "SIGINT" : "SIGTERM"));
  EXPECT_THAT(herd.Log("Goloman"), HasSubstr("Goloman has stopped"));
}

INSTANTIATE_TEST_SUITE_P(Each, StoppingSignal, testing::Values(SIGINT, SIGTERM),
                         [](const auto& test) {
                           return test.param == SIGINT ? "SigInt" : "SigTerm";
                         });

}  // namespace
}  // namespace herd::test
