// A herd that forgets clients who are silent does so alike on all servers, and no others.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/operator_stub.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using ::testing::HasSubstr;

class AForgettingHerd : public testing::Test {
 protected:
  AForgettingHerd() : herd_({.further_arguments = {"--expire-after=5"}}) { herd_.StartAllLinked(); }

  void Report(const std::string& server, const std::string& client) {
    const std::string iamat = Iamat(client, absl::StrCat(absl::ToUnixSeconds(absl::Now())));
    EXPECT_TRUE(IsReplyTo(iamat, server, TextClient(herd_.Port(server)).Ask(iamat)));
  }

  bool Knows(const std::string& server, const std::string& client) {
    const std::string whatsat = absl::StrCat("WHATSAT ", client, " 10 0");
    return TextClient(herd_.Port(server)).Ask(whatsat) != absl::StrCat("? ", whatsat, "\n");
  }

  // On all servers alike; or not: then nothing.
  bool AllKnow(const std::string& client, bool known) {
    const std::vector<std::string> names = herd_.Names();
    return std::all_of(names.begin(), names.end(),
                       [&](const std::string& server) { return Knows(server, client) == known; });
  }

  TestHerd herd_;
};

TEST_F(AForgettingHerd, KeepsWhoGoesOnAndForgetsWhoIsSilentEverywhere) {
  Report("Goloman", "silent");
  Report("Welsh", "talker");
  EXPECT_TRUE(Eventually([&] { return AllKnow("silent", true); }));
  EXPECT_TRUE(Eventually([&] {
    Report("Hands", "talker");
    EXPECT_TRUE(Knows("Hands", "talker"));
    return AllKnow("silent", false);
  }));
  for (const auto& status : herd_.GetStatus()) {
    EXPECT_EQ(status.clients(), 1u) << status.server();
    EXPECT_EQ(status.forgotten_clients(), 1u) << status.server();
    // Servers that forget at not quite the same moment take none other's map for a different one.
    EXPECT_EQ(status.divergences(), 0u) << status.server();
    EXPECT_EQ(status.front_door().limits().expire_after_ns(), 5'000'000'000u);
  }
  Report("Holiday", "silent");
  EXPECT_TRUE(Eventually([&] { return AllKnow("silent", true); }));
  herd_.Terminate("Goloman");
  EXPECT_THAT(herd_.Log("Goloman"), HasSubstr("forgot 1 clients that have been silent for 5 s"));
}

TEST_F(AForgettingHerd, HandsAServerThatComesBackNobodyWhoIsForgotten) {
  Report("Goloman", "silent");
  herd_.Kill("Welsh");
  EXPECT_TRUE(Eventually([&] { return !Knows("Goloman", "silent"); }));
  herd_.Start("Welsh");
  EXPECT_TRUE(Eventually([&] { return herd_.StatusOf("Welsh").ready(); }));
  EXPECT_FALSE(Knows("Welsh", "silent"));
  EXPECT_EQ(herd_.StatusOf("Welsh").forgotten_clients(), 0u);
}

TEST(AHerdWhoseServersForgetAfterDifferentTimes, IsToldSo) {
  TestHerd herd({.arguments_of = [](const std::string& name) {
    return name == "Hands"   ? std::vector<std::string>{}
           : name == "Welsh" ? std::vector<std::string>{"--expire-after=700"}
                             : std::vector<std::string>{"--expire-after=600"};
  }});
  herd.StartAllLinked();
  for (const std::string& name : herd.Names()) herd.Terminate(name);
  EXPECT_THAT(herd.Log("Goloman"),
              HasSubstr("Hands forgets silent clients never, and this server after 600 s: "
                        "--expire-after has to be the same"));
  EXPECT_THAT(herd.Log("Hands"),
              HasSubstr("Wilkes forgets silent clients after 600 s, and this server never"));
  EXPECT_THAT(herd.Log("Holiday"), HasSubstr("Welsh forgets silent clients after 700 s"));
  EXPECT_EQ(herd.Log("Goloman").find("Holiday forgets"), std::string::npos);
}

}  // namespace
}  // namespace herd::test
