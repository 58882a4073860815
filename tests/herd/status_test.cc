// herd-client status, neighbors, watch, clients and drain, of a herd to which things happen.
#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/operator_stub.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class Status : public testing::Test {
 protected:
  Status() { herd_.StartAllLinked(); }

  // What it prints, to standard output and standard error; its exit status is kept.
  std::string HerdClient(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {HERD_CLIENT, "--config", herd_.File("herd.json")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process client(command, herd_.File(absl::StrCat("client-", ++runs_)));
    exit_status_ = client.Wait().value_or(-1);
    return client.Output();
  }

  // Until `status` says that.
  bool Shows(const std::string& text) {
    std::string shown;
    const bool shows = Eventually([&] {
      shown = HerdClient({"status"});
      return shown.find(text) != std::string::npos;
    });
    EXPECT_TRUE(shows) << text << " in\n" << shown;
    return shows;
  }

  void Report(const std::string& server, const std::string& client) {
    const std::string iamat = Iamat(client, "1520023934");
    EXPECT_TRUE(IsReplyTo(iamat, server, TextClient(herd_.Port(server)).Ask(iamat)));
  }

  TestHerd herd_{{.leave_seconds = 3}};
  int runs_ = 0;
  int exit_status_ = -1;
};

TEST_F(Status, OfAWholeHerdIsAllWell) {
  Report("Goloman", "kiwi");
  herd_.AwaitConverged();
  Shows("Welsh    yes         1            0          0    1/1       0  ready");
  EXPECT_THAT(HerdClient({"status"}), HasSubstr("\nconverged: yes\n"));
  EXPECT_EQ(exit_status_, 0);
}

TEST_F(Status, NamesTheServerThatWasKilledAndTheLinksThatItTookAlong) {
  herd_.Kill("Hands");
  Shows("Goloman  yes         0            0          0    2/3");
  const std::string shown = HerdClient({"status"});
  EXPECT_THAT(shown, HasSubstr("Hands    no      "));
  EXPECT_THAT(shown, HasSubstr("Connection refused"));
  EXPECT_THAT(shown, HasSubstr("converged: yes, of the 4 that answer"));
  EXPECT_EQ(exit_status_, 1);
}

TEST_F(Status, NamesTheServerThatIsStoppedAndDoesNotHangOnIt) {
  herd_.Server("Hands").Stop();
  const std::string shown = HerdClient({"status"});
  EXPECT_THAT(shown, ContainsRegex("Hands    no      .*timed out"));
  EXPECT_THAT(shown, HasSubstr("Goloman  yes"));
  EXPECT_EQ(exit_status_, 1);
  herd_.Server("Hands").Continue();
}

TEST_F(Status, NamesTheLinkThatIsCut) {
  v1::DisconnectRequest request;
  request.set_neighbor("Welsh");
  v1::DisconnectResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(OperatorOf(herd_, "Holiday")->Disconnect(&context, request, &response).ok());
  Shows("the link from Holiday to Welsh is down (disconnected by an operator)");
  Shows("Welsh    yes         0            0          0    0/1       0  ready");
  Report("Goloman", "kiwi");
  Shows("converged: no");
  Shows("Welsh    yes         0            0          0    0/1       1  ready");
  EXPECT_THAT(HerdClient({"neighbors", "--server", "Holiday"}),
              HasSubstr("disconnected here by an operator\n"));
  EXPECT_EQ(exit_status_, 1);
}

TEST_F(Status, ShowsAServerThatLeaves) {
  // Whom Welsh waits for.
  herd_.Server("Holiday").Stop();
  EXPECT_EQ(HerdClient({"drain", "Welsh"}), "Welsh leaves\n");
  EXPECT_EQ(exit_status_, 0);
  EXPECT_EQ(HerdClient({"drain", "Welsh"}), "Welsh was leaving already\n");
  const std::string shown = HerdClient({"status", "--timeout", "0.5"});
  EXPECT_THAT(shown, ContainsRegex("Welsh    yes .*  leaving\n"));
  EXPECT_THAT(shown, HasSubstr("Welsh is not ready: is leaving\n"));
  // It goes on handing over.
  herd_.Server("Welsh").Signal(SIGTERM);
  herd_.Server("Holiday").Continue();
  EXPECT_EQ(herd_.Server("Welsh").Wait(), 0);
}

TEST_F(Status, ShowsAServerThatHasJustBegunAndFoundNobody) {
  herd_.Terminate("Welsh");
  herd_.Server("Holiday").Stop();
  herd_.Start("Welsh");
  EXPECT_THAT(HerdClient({"status", "--timeout", "0.5"}),
              HasSubstr("Welsh is not ready: has just begun"));
  herd_.Server("Holiday").Continue();
  Shows("Welsh    yes         0            0          0    1/1       0  ready");
}

TEST_F(Status, HasNoColoursWhereThereIsNoTerminal) {
  EXPECT_THAT(HerdClient({"status"}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(HerdClient({"neighbors"}), Not(HasSubstr("\x1b")));
}

TEST_F(Status, AndTheOtherCommandsSpeakJson) {
  Report("Goloman", "kiwi");
  herd_.AwaitConverged();
  EXPECT_THAT(HerdClient({"neighbors", "--server", "Welsh", "--json"}),
              HasSubstr("{\"of\":\"Welsh\",\"server\":\"Holiday\",\"outbound_up\":true"));
  EXPECT_THAT(HerdClient({"clients", "--server", "Welsh", "--json"}),
              HasSubstr("{\"client_id\":\"kiwi\""));
  EXPECT_THAT(
      HerdClient({"watch", "--server", "Welsh", "--near", "kiwi", "--count", "1", "--json"}),
      HasSubstr("\"KIND_PRESENT\""));
}

TEST_F(Status, IsNotAllThatCanBeAsked) {
  Report("Goloman", "kiwi");
  herd_.AwaitConverged();
  EXPECT_THAT(HerdClient({"clients", "--server", "Welsh", "--prefix", "ki"}),
              ContainsRegex("kiwi .*Goloman\n"));
  EXPECT_EQ(HerdClient({"clients", "--prefix", "plum"}), "");
  EXPECT_EQ(HerdClient({"watch", "--server", "Welsh", "--near", "kiwi", "--count", "1"}),
            absl::StrCat("present  kiwi  ", kPosition, "  at Goloman\n"));
  EXPECT_THAT(HerdClient({"watch", "--near", "plum"}), HasSubstr("no client \"plum\" is known"));
  EXPECT_EQ(exit_status_, 1);
  EXPECT_THAT(HerdClient({"neighbors", "--server", "nobody"}), HasSubstr("has no server"));
  EXPECT_EQ(exit_status_, 2);
}

}  // namespace
}  // namespace herd::test
