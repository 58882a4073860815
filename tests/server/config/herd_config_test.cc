#include "server/config/herd_config.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// One server whose three ports end in `number`. `more` goes into the object as it is.
std::string Server(const std::string& name, int number, const std::string& more = "") {
  return absl::StrCat(R"({"name":")", name, R"(","client_port":)", 1000 + number,
                      R"(,"propagate_port":)", 2000 + number, R"(,"operator_port":)", 3000 + number,
                      more.empty() ? "" : ",", more, "}");
}

std::string Neighbors(const std::vector<std::string>& names) {
  return absl::StrCat(R"("neighbors":[")", absl::StrJoin(names, R"(",")"), R"("])");
}

std::string Herd(const std::vector<std::string>& servers) {
  return absl::StrCat(R"({"servers":[)", absl::StrJoin(servers, ","), "]}");
}

// The error of a text that must not parse.
std::string ErrorOf(const std::string& json) {
  const absl::StatusOr<HerdConfig> herd = ParseHerdConfig(json);
  EXPECT_EQ(herd.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(herd.status().message());
}

std::string ErrorOfServerWith(const std::string& key_and_value) {
  return ErrorOf(Herd({absl::StrCat("{", key_and_value, "}")}));
}

TEST(DefaultHerd, HasTheFiveServersPortsAndEdgesOfTheProtocol) {
  const HerdConfig herd = DefaultHerdConfig();
  ASSERT_EQ(herd.servers.size(), 5u);
  const std::vector<std::string> names = {"Goloman", "Hands", "Holiday", "Wilkes", "Welsh"};
  for (uint16_t i = 0; i < 5; ++i) {
    EXPECT_EQ(herd.servers[i].name, names[i]);
    EXPECT_EQ(herd.servers[i].host, "127.0.0.1");
    EXPECT_EQ(herd.servers[i].client_port, 12070 + i);
    EXPECT_EQ(herd.servers[i].propagate_port, 12170 + i);
    EXPECT_EQ(herd.servers[i].operator_port, 12270 + i);
    EXPECT_EQ(herd.servers[i].metrics_port, 12370 + i);
  }
  EXPECT_THAT(herd.Find("Goloman")->neighbors, ElementsAre("Hands", "Holiday", "Wilkes"));
  EXPECT_THAT(herd.Find("Hands")->neighbors, ElementsAre("Goloman", "Wilkes"));
  EXPECT_THAT(herd.Find("Holiday")->neighbors, ElementsAre("Goloman", "Welsh", "Wilkes"));
  EXPECT_THAT(herd.Find("Wilkes")->neighbors, ElementsAre("Goloman", "Hands", "Holiday"));
  EXPECT_THAT(herd.Find("Welsh")->neighbors, ElementsAre("Holiday"));
}

TEST(DefaultHerd, SurvivesTheWayThroughItsFile) {
  const absl::StatusOr<HerdConfig> herd = ParseHerdConfig(ToJson(DefaultHerdConfig()));
  ASSERT_TRUE(herd.ok()) << herd.status();
  EXPECT_EQ(*herd, DefaultHerdConfig());
}

TEST(HerdConfig, FindsAServerByItsExactNameOnly) {
  const HerdConfig herd = DefaultHerdConfig();
  EXPECT_EQ(herd.Find("Welsh"), &herd.servers[4]);
  EXPECT_EQ(herd.Find("welsh"), nullptr);
  EXPECT_EQ(herd.Find(""), nullptr);
}

TEST(ParseHerdConfig, ReadsEveryKey) {
  const auto herd =
      ParseHerdConfig(Herd({Server("A", 1, R"("host":"a.example.org","neighbors":["b-2.x_Y"])"),
                            Server("b-2.x_Y", 2, R"("host":"2001:db8::1","metrics_port":4002)")}));
  ASSERT_TRUE(herd.ok()) << herd.status();
  ASSERT_EQ(herd->servers.size(), 2u);
  EXPECT_EQ(herd->servers[0].name, "A");
  EXPECT_EQ(herd->servers[0].host, "a.example.org");
  EXPECT_EQ(herd->servers[0].client_port, 1001);
  EXPECT_EQ(herd->servers[0].propagate_port, 2001);
  EXPECT_EQ(herd->servers[0].operator_port, 3001);
  EXPECT_EQ(herd->servers[0].metrics_port, 0);
  EXPECT_EQ(herd->servers[1].metrics_port, 4002);
  EXPECT_EQ(herd->servers[1].name, "b-2.x_Y");
  EXPECT_EQ(herd->servers[1].host, "2001:db8::1");
}

TEST(ParseHerdConfig, PutsAnEdgeStatedAtOneEndAtBothSortedByName) {
  const auto herd = ParseHerdConfig(Herd({Server("C", 1, Neighbors({"B", "A"})), Server("B", 2),
                                          Server("A", 3, Neighbors({"B", "C"}))}));
  ASSERT_TRUE(herd.ok()) << herd.status();
  EXPECT_THAT(herd->Find("C")->neighbors, ElementsAre("A", "B"));
  EXPECT_THAT(herd->Find("B")->neighbors, ElementsAre("A", "C"));
  EXPECT_THAT(herd->Find("A")->neighbors, ElementsAre("B", "C"));
}

TEST(ParseHerdConfig, AllowsAHerdOfOne) {
  const auto herd = ParseHerdConfig(Herd({Server("Alone", 1)}));
  ASSERT_TRUE(herd.ok()) << herd.status();
  EXPECT_EQ(herd->servers[0].host, "127.0.0.1");
  EXPECT_THAT(herd->servers[0].neighbors, IsEmpty());
}

TEST(ParseHerdConfig, AllowsTheSamePortsOnDifferentHosts) {
  const auto herd = ParseHerdConfig(
      Herd({Server("A", 1, R"("host":"a","neighbors":["B"])"), Server("B", 1, R"("host":"b")")}));
  EXPECT_TRUE(herd.ok()) << herd.status();
}

TEST(ParseHerdConfig, AllowsTheLongestNameAndTheLastPort) {
  const std::string name(64, 'n');
  const auto herd = ParseHerdConfig(Herd({absl::StrCat(
      R"({"name":")", name, R"(","client_port":1,"propagate_port":65535,"operator_port":2})")}));
  ASSERT_TRUE(herd.ok()) << herd.status();
  EXPECT_EQ(herd->servers[0].propagate_port, 65535);
}

TEST(ParseHerdConfig, SaysWhereATextStopsBeingJson) {
  EXPECT_THAT(ErrorOf("{\n  \"servers\": [}\n"), StartsWith("not JSON: line 2, column 15: "));
  EXPECT_THAT(ErrorOf(""), StartsWith("not JSON: line 1, column 1: "));
  EXPECT_THAT(ErrorOf("{\"servers\":[]} x"), StartsWith("not JSON: line 1, column 16: "));
  EXPECT_EQ(ErrorOf("{\"servers\xff\":[]}"),
            "not JSON: line 1, column 10: syntax error while parsing object key - invalid string: "
            "ill-formed UTF-8 byte; expected string literal");
}

TEST(ParseHerdConfig, RefusesOtherTypes) {
  EXPECT_EQ(ErrorOf("[]"), "the top level is an array, an object was expected");
  EXPECT_EQ(ErrorOf(R"({"servers":{}})"),
            "the top level: \"servers\" is an object, an array was expected");
  EXPECT_EQ(ErrorOf(Herd({"7"})), "servers[0] is 7, an object was expected");
  EXPECT_EQ(ErrorOfServerWith(R"("name":null)"),
            "servers[0]: \"name\" is null, a string was expected");
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A","host":1)"),
            "servers[0] \"A\": \"host\" is 1, a string was expected");
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A","client_port":"80")"),
            "servers[0] \"A\": \"client_port\" is \"80\", a whole number was expected");
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A","client_port":80.5)"),
            "servers[0] \"A\": \"client_port\" is 80.5, a whole number was expected");
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, R"("neighbors":"B")")})),
            "servers[0] \"A\": \"neighbors\" is \"B\", an array was expected");
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, R"("neighbors":["B",2])")})),
            "servers[0] \"A\": neighbors[1] is 2, a string was expected");
}

TEST(ParseHerdConfig, RefusesUnknownKeys) {
  EXPECT_EQ(ErrorOf(R"({"servers":[],"port":1})"), "the top level: unknown key \"port\"");
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, R"("neighbours":[])")})),
            "servers[0] \"A\": unknown key \"neighbours\"");
}

TEST(ParseHerdConfig, RefusesANumberThatIsNone) {
  EXPECT_EQ(ErrorOf("11e818"), "a number is larger than any can be");
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, R"("metrics_port":1e999)")})),
            "a number is larger than any can be");
}

TEST(ParseHerdConfig, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, R"("client_port":5)")})),
            "the key \"client_port\" stands twice in one object");
}

TEST(ParseHerdConfig, NamesTheMissingKey) {
  EXPECT_EQ(ErrorOf("{}"), "the top level: the key \"servers\" is missing");
  EXPECT_EQ(ErrorOfServerWith(""), "servers[0]: the key \"name\" is missing");
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A")"),
            "servers[0] \"A\": the key \"client_port\" is missing");
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A","client_port":1)"),
            "servers[0] \"A\": the key \"propagate_port\" is missing");
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A","client_port":1,"propagate_port":2)"),
            "servers[0] \"A\": the key \"operator_port\" is missing");
}

TEST(ParseHerdConfig, RefusesAHerdOfNone) {
  EXPECT_EQ(ErrorOf(Herd({})), "\"servers\" is empty: a herd has at least one server");
}

TEST(ParseHerdConfig, RefusesPortsThatAreNone) {
  for (const char* port : {"0", "-1", "65536", "18446744073709551615"}) {
    EXPECT_EQ(
        ErrorOfServerWith(absl::StrCat(R"("name":"A","client_port":)", port)),
        absl::StrCat("servers[0] \"A\": \"client_port\" is ", port, ", a port is 1 to 65535"));
  }
}

TEST(ParseHerdConfig, TakesNoMetricsPortForTheNumber0Alone) {
  EXPECT_TRUE(ParseHerdConfig(Herd({Server("A", 1, R"("metrics_port":0)")})).ok());
  for (const char* port : {"-1", "65536"}) {
    EXPECT_EQ(ErrorOf(Herd({Server("A", 1, absl::StrCat(R"("metrics_port":)", port))})),
              absl::StrCat("servers[0] \"A\": \"metrics_port\" is ", port,
                           ", a port is 1 to 65535, and 0 is none"));
  }
}

TEST(ParseHerdConfig, LetsATextServerHaveAClientPortAlone) {
  const auto herd = ParseHerdConfig(
      Herd({Server("A", 1, Neighbors({"B", "C"})), R"({"name":"B","client_port":5,"text":true})",
            Server("C", 2, R"("text":true)")}));
  ASSERT_TRUE(herd.ok()) << herd.status();
  EXPECT_FALSE(herd->servers[0].text);
  EXPECT_TRUE(herd->servers[1].text);
  EXPECT_EQ(herd->servers[1].propagate_port, 0);
  EXPECT_TRUE(herd->servers[2].text);
  EXPECT_EQ(herd->servers[2].operator_port, 3002);
  EXPECT_EQ(ParseHerdConfig(ToJson(*herd)).value(), *herd);
  const std::vector<ServerConfig> asked = HerdServers(*herd);
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_THAT(asked[0].neighbors, ElementsAre("B", "C"));
  EXPECT_EQ(asked[1].name, "C");
}

TEST(ParseHerdConfig, SaysWhatATextServerLacksOrIs) {
  EXPECT_THAT(ErrorOfServerWith(R"("name":"A","text":true)"),
              HasSubstr("\"client_port\" is missing"));
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A","client_port":1,"text":1)"),
            "servers[0] \"A\": \"text\" is 1, true or false was expected");
  EXPECT_EQ(ErrorOfServerWith(R"("name":"A","client_port":1,"operator_port":2,"text":true)"),
            "servers[0] \"A\": \"propagate_port\" is 0, a port is 1 to 65535");
  EXPECT_THAT(ErrorOfServerWith(R"("name":"A","client_port":1,"text":false)"),
              HasSubstr("\"propagate_port\" is missing"));
}

TEST(ParseHerdConfig, RefusesTwoServersOfOneName) {
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1), Server("B", 2), Server("A", 3)})),
            "servers[2] \"A\": servers[0] has the same name");
}

TEST(ParseHerdConfig, RefusesAPortOfAHostThatIsTakenWhateverItIsFor) {
  EXPECT_EQ(ErrorOf(Herd({R"({"name":"A","client_port":1,"propagate_port":2,"operator_port":1})"})),
            "servers[0] \"A\": \"operator_port\" is 1 on 127.0.0.1, and so is \"client_port\" of "
            "servers[0] \"A\"");
  EXPECT_EQ(ErrorOf(Herd({R"({"name":"A","host":"Here","client_port":1,"propagate_port":2,)"
                          R"("operator_port":3,"neighbors":["B"]})",
                          R"({"name":"B","host":"here","client_port":4,"propagate_port":3,)"
                          R"("operator_port":5})"})),
            "servers[1] \"B\": \"propagate_port\" is 3 on here, and so is \"operator_port\" of "
            "servers[0] \"A\"");
}

TEST(ParseHerdConfig, RefusesAMetricsPortThatIsTakenTooButLetsServersHaveNone) {
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, R"("metrics_port":1001)")})),
            "servers[0] \"A\": \"metrics_port\" is 1001 on 127.0.0.1, and so is \"client_port\" of "
            "servers[0] \"A\"");
  EXPECT_TRUE(ParseHerdConfig(Herd({Server("A", 1, Neighbors({"B"})), Server("B", 2)})).ok());
}

TEST(ParseHerdConfig, RefusesNamesOutsideTheirAlphabet) {
  EXPECT_EQ(ErrorOf(Herd({Server("", 1)})), "servers[0] \"\": the name is empty");
  EXPECT_EQ(ErrorOf(Herd({Server("a b", 1)})),
            "servers[0] \"a b\": a name consists of letters, digits, '_', '-' and '.'");
  EXPECT_THAT(ErrorOf(Herd({Server("K\u00f6ln", 1)})), HasSubstr("a name consists of"));
  EXPECT_THAT(ErrorOf(Herd({Server(std::string(65, 'n'), 1)})),
              HasSubstr("the name has 65 bytes, at most 64 are allowed"));
}

TEST(ParseHerdConfig, RefusesHostsThatAreNone) {
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, R"("host":"")")})), "servers[0] \"A\": \"host\" is empty");
  EXPECT_THAT(ErrorOf(Herd({Server("A", 1, R"("host":"a b")")})), HasSubstr("\"host\" is \"a b\""));
  EXPECT_THAT(ErrorOf(Herd({Server("A", 1, R"("host":"[::1]")")})), HasSubstr("without brackets"));
}

TEST(ParseHerdConfig, RefusesNeighborsThatAreNone) {
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, Neighbors({"B", "Nobody"})), Server("B", 2)})),
            "servers[0] \"A\": neighbors[1] is \"Nobody\", not in the herd");
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, Neighbors({"A"}))})),
            "servers[0] \"A\": neighbors[0] is the server itself");
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, Neighbors({"B", "B"})), Server("B", 2)})),
            "servers[0] \"A\": neighbors[1] is \"B\", and so is neighbors[0]");
}

TEST(ParseHerdConfig, NamesThePiecesOfAHerdThatIsNotConnected) {
  EXPECT_EQ(ErrorOf(Herd({Server("A", 1, Neighbors({"C"})), Server("B", 2, Neighbors({"D"})),
                          Server("C", 3), Server("D", 4), Server("E", 5)})),
            "the herd is in 3 pieces with no edge between them: {A, C} {B, D} {E}");
}

TEST(ParseHerdConfig, NamesOnlyTheFirstOfManyPieces) {
  std::vector<std::string> servers;
  for (int i = 0; i < 100; ++i) servers.push_back(Server(absl::StrCat("s", i), i));
  EXPECT_THAT(ErrorOf(Herd(servers)),
              testing::AllOf(HasSubstr("in 100 pieces"), HasSubstr("{s7} and 92 more")));
}

TEST(ParseHerdConfig, ReadsAHerdOfAThousand) {
  std::vector<std::string> servers = {Server("s0", 0, R"("host":"h0")")};
  for (int i = 1; i < 1000; ++i) {
    servers.push_back(Server(absl::StrCat("s", i), i,
                             absl::StrCat(Neighbors({"s0"}), R"(,"host":"h)", i, R"(")")));
  }
  const auto herd = ParseHerdConfig(Herd(servers));
  ASSERT_TRUE(herd.ok()) << herd.status();
  EXPECT_EQ(herd->servers[0].neighbors.size(), 999u);
}

TEST(ParseHerdConfig, RefusesATextBeyondTheBoundAndSurvivesOneJustBeneath) {
  EXPECT_THAT(ErrorOf(std::string(kMaxConfigBytes + 1, ' ')), HasSubstr("longer than 16777216"));
  EXPECT_THAT(ErrorOf(std::string(kMaxConfigBytes, ' ')), StartsWith("not JSON: line 1"));
  EXPECT_THAT(ErrorOf(std::string(1 << 20, '[')), StartsWith("not JSON: line 1"));
}

TEST(ParseHerdConfig, CutsAHugeValueInItsMessage) {
  EXPECT_LT(ErrorOf(Herd({Server(std::string(1 << 20, 'n'), 1)})).size(), 300u);
  EXPECT_LT(ErrorOfServerWith(
                absl::StrCat(R"("name":"A","client_port":")", std::string(1 << 20, 'n'), "\""))
                .size(),
            300u);
  EXPECT_LT(ErrorOf(absl::StrCat("{\"", std::string(1 << 20, 'n'))).size(), 300u);
}

TEST(LoadHerdConfig, ReadsAFile) {
  const std::string path = absl::StrCat(testing::TempDir(), "/herd_config_test.", getpid());
  std::ofstream(path) << ToJson(DefaultHerdConfig());
  const auto herd = LoadHerdConfig(path);
  std::remove(path.c_str());
  ASSERT_TRUE(herd.ok()) << herd.status();
  EXPECT_EQ(*herd, DefaultHerdConfig());
}

TEST(LoadHerdConfig, NamesTheFileInEveryError) {
  EXPECT_EQ(LoadHerdConfig("/nowhere/herd.json").status().message(),
            "/nowhere/herd.json: No such file or directory");
  EXPECT_EQ(LoadHerdConfig("/").status().message(), "/: Is a directory");
  EXPECT_THAT(std::string(LoadHerdConfig("/dev/null").status().message()),
              StartsWith("/dev/null: not JSON: line 1, column 1: "));
  EXPECT_THAT(std::string(LoadHerdConfig("/dev/zero").status().message()),
              StartsWith("/dev/zero: longer than"));
}

}  // namespace
}  // namespace herd::config
