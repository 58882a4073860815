#include "client/commands/herd_status.h"

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
  EXPECT_THAT(ToTable(Status(answers)), HasSubstr("\nconverged: yes\n"));
  AddOrigin(answers[0], "A", 1, 5);
  EXPECT_THAT(ToTable(Status(answers)), HasSubstr("\nconverged: no\n"));
  EXPECT_THAT(ToTable(Status(kSilent, answers[1], answers[2])),
              HasSubstr("\nconverged: yes, of the 2 that answer\n"));
  EXPECT_THAT(ToTable(Status(kSilent, kSilent, kSilent)),
              HasSubstr("\nconverged: no server answers\n"));
}

TEST(HerdStatus, ShowsOneRowForEachServer) {
  auto answers = AllWhole();
  answers[1].mutable_neighbors(1)->set_inbound_up(false);
  EXPECT_EQ(ToTable(Status(answers[0], answers[1], kSilent)),
            "server  up    clients  connections  links up\n"
            "A       yes         7            3       1/1\n"
            "B       yes         7            3       1/2\n"
            "C       no      127.0.0.1:3: Connection refused\n"
            "converged: yes, of the 2 that answer\n");
}

TEST(HerdStatus, GivesProgramsEverythingAsJson) {
  auto answers = AllWhole();
  AddOrigin(answers[0], "A", 1520023934918963997, 5);
  answers[0].mutable_neighbors(0)->set_lag_updates(9);
  const auto json = nlohmann::json::parse(ToJson(Status(answers[0], answers[1], kSilent)));
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
