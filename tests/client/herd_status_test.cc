#include "client/commands/herd_status.h"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace herd::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Answer = absl::StatusOr<v1::GetStatusResponse>;

// A - B - C
config::HerdConfig Chain() {
  config::HerdConfig herd;
  herd.servers = {{.name = "A", .operator_port = 1, .neighbors = {"B"}},
                  {.name = "B", .operator_port = 2, .neighbors = {"A", "C"}},
                  {.name = "C", .operator_port = 3, .neighbors = {"B"}}};
  return herd;
}

v1::GetStatusResponse Whole(const config::ServerConfig& server) {
  v1::GetStatusResponse answer;
  answer.set_server(server.name);
  answer.set_version("0.1.0");
  answer.set_start_ns(1520023934918963997);
  answer.set_clients(7);
  answer.set_connections(3);
  answer.set_made_per_second(12.3);
  answer.set_ready(true);
  for (const std::string& name : server.neighbors) {
    v1::Neighbor& neighbor = *answer.add_neighbors();
    neighbor.set_server(name);
    neighbor.set_outbound_up(true);
    neighbor.set_inbound_up(true);
  }
  return answer;
}

void AddOrigin(v1::GetStatusResponse& answer, const std::string& server, uint64_t start_ns,
               uint64_t through) {
  v1::OriginProgress& entry = *answer.add_vector();
  entry.mutable_origin()->set_server(server);
  entry.mutable_origin()->set_start_ns(start_ns);
  entry.set_through(through);
}

std::vector<v1::GetStatusResponse> AllWhole() {
  const config::HerdConfig herd = Chain();
  return {Whole(herd.servers[0]), Whole(herd.servers[1]), Whole(herd.servers[2])};
}

HerdStatus Status(Answer a, Answer b, Answer c) {
  return JoinAnswers(Chain(), {std::move(a), std::move(b), std::move(c)});
}

HerdStatus Status(const std::vector<v1::GetStatusResponse>& answers) {
  return Status(answers[0], answers[1], answers[2]);
}

const Answer kSilent = absl::UnavailableError("Connection refused");

TEST(HerdStatus, LacksNothingWhenAllAnswerAndAllLinksAreUp) {
  const HerdStatus herd = Status(AllWhole());
  EXPECT_THAT(Missing(herd), IsEmpty());
  EXPECT_EQ(herd[0].LinksUp(), 1u);
  EXPECT_EQ(herd[1].LinksUp(), 2u);
}

TEST(HerdStatus, NamesTheServerThatDoesNotAnswerButNotItsLinks) {
  auto answers = AllWhole();
  answers[1].mutable_neighbors(1)->set_outbound_up(false);
  const HerdStatus herd = Status(answers[0], answers[1], kSilent);
  EXPECT_THAT(Missing(herd), ElementsAre("C does not answer at 127.0.0.1:3 (Connection refused)"));
  EXPECT_EQ(herd[1].LinksUp(), 1u);
  EXPECT_EQ(herd[2].LinksUp(), 0u);
}

TEST(HerdStatus, NamesTheLinkThatIsDownAndWhy) {
  auto answers = AllWhole();
  answers[0].mutable_neighbors(0)->set_outbound_up(false);
  answers[0].mutable_neighbors(0)->set_last_error("refused");
  answers[1].mutable_neighbors(0)->set_inbound_up(false);
  answers[2].clear_neighbors();
  const HerdStatus herd = Status(answers);
  EXPECT_THAT(Missing(herd),
              ElementsAre("the link from A to B is down (refused)", "B has no link from A",
                          "C does not know B as a neighbor"));
  EXPECT_EQ(herd[0].LinksUp(), 0u);
  EXPECT_EQ(herd[1].LinksUp(), 1u);
}

// C may be another program, and B tells it by text.
HerdStatus WithTextServer(const v1::TextNeighbor& c_at_b) {
  config::HerdConfig herd = Chain();
  herd.servers[2].text = true;
  auto answers = AllWhole();
  answers[1].mutable_neighbors(1)->set_outbound_up(false);
  *answers[1].add_text_neighbors() = c_at_b;
  return JoinAnswers(herd, {answers[0], answers[1], kSilent});
}

TEST(HerdStatus, IsWholeWhenAServerThatDoesNotAnswerIsToldByText) {
  v1::TextNeighbor c;
  c.set_server("C");
  c.set_up(true);
  const HerdStatus herd = WithTextServer(c);
  EXPECT_THAT(Missing(herd), IsEmpty());
  EXPECT_EQ(herd[1].LinksUp(), 2u);
  EXPECT_THAT(ToTable(herd, false), HasSubstr("C       text    speaks text alone, or is down: "));
}

TEST(HerdStatus, NamesTheTextNeighborThatIsNotReached) {
  v1::TextNeighbor c;
  c.set_server("C");
  c.set_address("127.0.0.1:12073");
  c.set_last_error("Connection refused");
  const HerdStatus herd = WithTextServer(c);
  EXPECT_THAT(Missing(herd), ElementsAre("B does not reach its text neighbor C at 127.0.0.1:12073 "
                                         "(Connection refused)"));
  EXPECT_EQ(herd[1].LinksUp(), 1u);
  c.set_linked(true);
  EXPECT_THAT(Missing(WithTextServer(c)), IsEmpty());
}

TEST(HerdStatus, AsksNobodyWhoSpeaksTextForGood) {
  config::HerdConfig herd = Chain();
  herd.servers[2].text = true;
  herd.servers[2].operator_port = 0;
  const auto answers = AllWhole();
  EXPECT_EQ(JoinAnswers(herd, {answers[0], answers[1]}).size(), 2u);
}

TEST(HerdStatus, CountsAnAnswerFromAnotherServerAsNone) {
  auto answers = AllWhole();
  answers[2].set_server("X");
  const HerdStatus herd = Status(answers);
  EXPECT_THAT(Missing(herd), ElementsAre("C does not answer at 127.0.0.1:3 (the server there calls "
                                         "itself \"X\")"));
}

TEST(HerdStatus, IsConvergedWhenTheVectorsAreEqualInAnyOrder) {
  auto answers = AllWhole();
  EXPECT_TRUE(IsConverged(Status(answers)));
  AddOrigin(answers[0], "A", 1, 5);
  AddOrigin(answers[0], "B", 1, 6);
  for (const size_t i : {1, 2}) {
    AddOrigin(answers[i], "B", 1, 6);
    AddOrigin(answers[i], "A", 1, 5);
  }
  AddOrigin(answers[2], "C", 1, 0);
  EXPECT_TRUE(IsConverged(Status(answers)));
}

TEST(HerdStatus, IsNotConvergedWhenAVectorDiffers) {
  auto answers = AllWhole();
  for (auto& answer : answers) AddOrigin(answer, "A", 1, 5);
  auto behind = answers;
  behind[2].mutable_vector(0)->set_through(4);
  EXPECT_FALSE(IsConverged(Status(behind)));
  auto another_run = answers;
  another_run[1].mutable_vector(0)->mutable_origin()->set_start_ns(2);
  EXPECT_FALSE(IsConverged(Status(another_run)));
  auto more = answers;
  AddOrigin(more[1], "B", 1, 1);
  EXPECT_FALSE(IsConverged(Status(more)));
}

TEST(HerdStatus, SaysOfHowManyItKnowsThatTheyAreConverged) {
  auto answers = AllWhole();
  EXPECT_THAT(ToTable(Status(answers), false), HasSubstr("\nconverged: yes\n"));
  AddOrigin(answers[0], "A", 1, 5);
  EXPECT_THAT(ToTable(Status(answers), false),
              HasSubstr("\nconverged: no, the largest lag is 5\n"));
  EXPECT_THAT(ToTable(Status(kSilent, answers[1], answers[2]), false),
              HasSubstr("\nconverged: yes, of the 2 that answer\n"));
  EXPECT_THAT(ToTable(Status(kSilent, kSilent, kSilent), false),
              HasSubstr("\nconverged: no server answers\n"));
}

TEST(HerdStatus, ShowsOneRowForEachServer) {
  auto answers = AllWhole();
  answers[1].mutable_neighbors(1)->set_inbound_up(false);
  EXPECT_EQ(ToTable(Status(answers[0], answers[1], kSilent), false),
            "server  up    clients  connections  reports/s  links     lag  state\n"
            "A       yes         7            3         12    1/1       0  ready\n"
            "B       yes         7            3         12    1/2       0  ready\n"
            "C       no      127.0.0.1:3: Connection refused\n"
            "converged: yes, of the 2 that answer\n");
}

TEST(HerdStatus, IsNotConvergedWhenTheMapsDifferThoughTheVectorsAreEqual) {
  auto answers = AllWhole();
  answers[1].set_digest(1);
  EXPECT_FALSE(IsConverged(Status(answers)));
  EXPECT_THAT(ToTable(Status(answers), false), HasSubstr("\nconverged: NO, the maps differ though "
                                                         "nobody lacks an update\n"));
}

TEST(HerdStatus, ComparesMapsOfWhichAsMuchHasBeenForgotten) {
  auto answers = AllWhole();
  for (auto& answer : answers) answer.set_forgotten_before_ns(100);
  answers[0].set_forgotten_before_ns(90);
  answers[0].set_digest(1);
  EXPECT_TRUE(IsConverged(Status(answers)));
  answers[1].set_digest(2);
  EXPECT_FALSE(IsConverged(Status(answers)));
  answers[1].set_forgotten_before_ns(-1);  // It is about to forget.
  EXPECT_TRUE(IsConverged(Status(answers)));
}

TEST(HerdStatus, SaysHowManyUpdatesThatSomebodyHasAServerLacks) {
  auto answers = AllWhole();
  AddOrigin(answers[0], "A", 1, 5);
  AddOrigin(answers[1], "A", 1, 3);
  AddOrigin(answers[1], "B", 1, 10);
  const std::vector<uint64_t> lags = LagsOf(Status(answers));
  EXPECT_EQ(lags[0], 10);
  EXPECT_EQ(lags[1], 2);
  EXPECT_EQ(lags[2], 15);
}

TEST(HerdStatus, SaysWhoIsNotReadyAndWhy) {
  auto answers = AllWhole();
  answers[0].set_ready(false);
  answers[0].set_lacking_updates(42);
  answers[0].set_readiness("catching up: lacks 42 updates that B has");
  answers[1].set_ready(false);
  answers[1].set_leaving(true);
  answers[1].set_readiness("is leaving");
  const std::string table = ToTable(Status(answers), false);
  EXPECT_THAT(table, HasSubstr("  catching up\n"));
  EXPECT_THAT(table, HasSubstr("  leaving\n"));
  EXPECT_THAT(table, HasSubstr("A is not ready: catching up: lacks 42 updates that B has\n"));
  EXPECT_THAT(table, HasSubstr("B is not ready: is leaving\n"));
  EXPECT_THAT(Missing(Status(answers)), ElementsAre("A is not ready", "B is not ready"));
}

TEST(HerdStatus, FitsIntoAnOrdinaryTerminalAndHasColoursOnlyThere) {
  auto answers = AllWhole();
  answers[0].set_clients(12'345'678);
  answers[0].set_made_per_second(1234567.8);
  answers[0].set_ready(false);
  answers[0].set_lacking_updates(1);
  std::istringstream lines(ToTable(Status(answers), false));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80) << line;
  EXPECT_EQ(ToTable(Status(answers), false).find('\x1b'), std::string::npos);
  EXPECT_THAT(ToTable(Status(answers), true), HasSubstr("\x1b[32myes\x1b[0m"));
}

TEST(HerdStatus, GivesProgramsEverythingAsJson) {
  auto answers = AllWhole();
  AddOrigin(answers[0], "A", 1520023934918963997, 5);
  answers[0].mutable_neighbors(0)->set_lag_updates(9);
  const auto json =
      nlohmann::json::parse(ToJson(Status(answers[0], answers[1], kSilent), JsonForm::kLine));
  EXPECT_EQ(json["converged"], false);
  const auto& a = json["servers"][0];
  EXPECT_EQ(a["server"], "A");
  EXPECT_EQ(a["operator"], "127.0.0.1:1");
  EXPECT_EQ(a["up"], true);
  EXPECT_EQ(a["version"], "0.1.0");
  EXPECT_EQ(a["start_ns"], "1520023934918963997");
  EXPECT_EQ(a["clients"], 7);
  EXPECT_EQ(a["connections"], 3);
  EXPECT_EQ(a["links_up"], 1);
  EXPECT_EQ(a["links"], 1);
  EXPECT_EQ(a["ready"], true);
  EXPECT_EQ(a["lag_updates"], 0);
  EXPECT_EQ(a["vector"][0]["server"], "A");
  EXPECT_EQ(a["vector"][0]["start_ns"], "1520023934918963997");
  EXPECT_EQ(a["vector"][0]["through"], 5);
  EXPECT_EQ(a["neighbors"][0]["server"], "B");
  EXPECT_EQ(a["neighbors"][0]["lag_updates"], 9);
  const auto& c = json["servers"][2];
  EXPECT_EQ(c["up"], false);
  EXPECT_EQ(c["error"], "Connection refused");
}

}  // namespace
}  // namespace herd::client
