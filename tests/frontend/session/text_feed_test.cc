#include "frontend/session/text_feed.h"

#include <string>

#include "gtest/gtest.h"

namespace herd {
namespace {

constexpr std::size_t kAll = 1 << 20;

class ATextFeed : public ::testing::Test {
 protected:
  void Tell(Request::Kind kind, const std::string& client, const std::string& time,
            const std::string& server = "") {
    const FixText text{.position = "+34.068930-118.445127", .time = time};
    Request request{.kind = kind,
                    .client_id = client,
                    .fix = *ParseFix(text),
                    .text = text,
                    .skew = 263'873'386,
                    .server = server};
    store_.Execute(absl::MakeSpan(&request, 1), nullptr);
  }
  void Report(const std::string& client, const std::string& time) {
    Tell(Request::Kind::kReport, client, time);
  }
  void Relay(const std::string& server, const std::string& client, const std::string& time) {
    Tell(Request::Kind::kRelay, client, time, server);
  }
  std::string Take(std::size_t most = kAll) {
    std::string out;
    feed_.Take(most, &out);
    return out;
  }
  static std::string Line(const std::string& server, const std::string& client,
                          const std::string& time) {
    return "AT " + server + " +0.263873386 " + client + " +34.068930-118.445127 " + time + "\n";
  }

  Store store_{{"Goloman", 100}};
  TextFeed feed_{&store_, "Wilkes"};
};

TEST_F(ATextFeed, TellsEachReportOnceAndOfEachClientTheNewest) {
  EXPECT_EQ(Take(), "");
  Report("kiwi", "1");
  Report("kiwi", "2.50");
  Report("plum", "1.0000000001");  // kept as text
  EXPECT_EQ(Take(), Line("Goloman", "kiwi", "2.50") + Line("Goloman", "plum", "1.0000000001"));
  EXPECT_EQ(Take(), "");
  EXPECT_EQ(feed_.Lag(), 0u);
}

TEST_F(ATextFeed, SaysWhichServerGotTheReport) {
  const OriginIndex hands = *store_.Intern({"Hands", 5});
  const FixText text{.position = "+1-1", .time = "7"};
  const std::vector<Update> updates = {
      {.client_id = "fig", .sequence = 1, .fix = *ParseFix(text), .text = text},
      {.client_id = "yam", .sequence = 2, .fix = *ParseFix(text), .text = text, .server = "Welsh"}};
  store_.Apply(hands, 0, 2, updates);
  EXPECT_EQ(Take(), "AT Hands +0.000000000 fig +1-1 7\nAT Welsh +0.000000000 yam +1-1 7\n");
}

TEST_F(ATextFeed, DoesNotTellTheNeighborWhatItHasTold) {
  Relay("Wilkes", "kiwi", "1");
  Relay("Welsh", "plum", "1");
  EXPECT_EQ(Take(), Line("Welsh", "plum", "1"));
}

TEST_F(ATextFeed, TellsANeighborThatMayHaveComeBackEmptyAllThereIs) {
  Relay("Wilkes", "kiwi", "1");
  Report("plum", "1");
  Take();
  feed_.Restart();
  EXPECT_EQ(feed_.Lag(), 2u);
  EXPECT_EQ(Take(), Line("Wilkes", "kiwi", "1") + Line("Goloman", "plum", "1"));
  Relay("Wilkes", "kiwi", "2");
  EXPECT_EQ(Take(), "");
}

TEST_F(ATextFeed, StopsWhenItHasSaidEnoughAndGoesOnThere) {
  for (int i = 0; i < 1000; ++i) Report("client-" + std::to_string(i), "1");
  const std::size_t line = Line("Goloman", "client-0", "1").size();
  EXPECT_EQ(Take(1), Line("Goloman", "client-0", "1"));
  std::string rest;
  while (true) {
    const std::string piece = Take(10 * line);
    EXPECT_LE(piece.size(), 12 * line);
    if (piece.empty()) break;
    rest += piece;
  }
  EXPECT_EQ(std::count(rest.begin(), rest.end(), '\n'), 999);
}

TEST_F(ATextFeed, GivesEveryOriginItsTurn) {
  const OriginIndex hands = *store_.Intern({"Hands", 5});
  const FixText text{.position = "+1-1", .time = "7"};
  const Update fig{.client_id = "fig", .sequence = 1, .fix = *ParseFix(text), .text = text};
  store_.Apply(hands, 0, 1, {&fig, 1});
  for (int i = 0; i < 1000; ++i) Report("client-" + std::to_string(i), "1");
  EXPECT_EQ(Take(1), Line("Goloman", "client-0", "1"));
  EXPECT_EQ(Take(1), "AT Hands +0.000000000 fig +1-1 7\n");
}

TEST_F(ATextFeed, TellsWhatARepairHasBrought) {
  const OriginIndex hands = *store_.Intern({"Hands", 5});
  store_.Apply(hands, 0, 9, {});
  Take();
  const FixText text{.position = "+1-1", .time = "7"};
  const Update fig{.client_id = "fig", .sequence = 3, .fix = *ParseFix(text), .text = text};
  store_.Repair(hands, 0, 9, {&fig, 1});
  EXPECT_EQ(Take(), "AT Hands +0.000000000 fig +1-1 7\n");
}

}  // namespace
}  // namespace herd
