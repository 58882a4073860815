#include "server/peer/inbound_link.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/peer/wire.h"
#include "tests/server/peer/reports.h"

namespace herd::peer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AnInboundLink : public ::testing::Test {
 protected:
  AnInboundLink() { Open(77); }

  void Open(std::uint64_t start_ns) {
    v1::Hello hello;
    hello.set_server("Hands");
    hello.set_start_ns(start_ns);
    ASSERT_TRUE(link_.Open(hello).ok());
  }

  // A push that declares Hands' run 77 as origin 0, with one range of it.
  static v1::Push MakePush(Sequence after, Sequence through, const std::vector<Sequence>& numbers) {
    v1::Push push;
    Declare(push, "Hands", 77);
    AddRange(push, 0, after, through, numbers);
    return push;
  }
  static void Declare(v1::Push& push, const std::string& server, std::uint64_t start_ns) {
    push.add_origins()->set_server(server);
    push.mutable_origins()->rbegin()->set_start_ns(start_ns);
  }
  static void AddRange(v1::Push& push, std::uint32_t origin, Sequence after, Sequence through,
                       const std::vector<Sequence>& numbers) {
    v1::Range* const range = push.add_ranges();
    range->set_origin(origin);
    range->set_after(after);
    range->set_through(through);
    for (const Sequence number : numbers) {
      const std::string id = absl::StrCat("phone", number);
      const FixText text{"+1+1", "5"};
      ToWire({.client_id = id, .sequence = number, .fix = *ParseFix(text), .text = text}, after,
             range->add_updates());
      after = number;
    }
  }

  absl::Status Push(const v1::Push& push) {
    return link_.OnPush(push, [&](OriginIndex origin, Sequence through) {
      learned_.emplace_back(store_.Origin(origin).server, through);
    });
  }

  // The next Ack as "2 pushes: Hands.77=5 Goloman.1=1! eager Hands.77" ("!" for a rewind), or ""
  // for none.
  std::string Ack(Nanos now) {
    v1::Ack ack;
    if (!link_.NextAck(Vector(store_), MapDigest(), now, &ack)) return "";
    for (const v1::Origin& origin : ack.origins()) {
      declared_.push_back(absl::StrCat(origin.server(), ".", origin.start_ns()));
    }
    std::string text = absl::StrCat(ack.pushes(), " pushes:");
    for (const v1::Have& have : ack.vector()) {
      absl::StrAppend(&text, " ", declared_.at(have.origin()), "=", have.through(),
                      have.rewind() ? "!" : "");
    }
    for (const auto number : ack.eager()) text += " eager " + declared_.at(number);
    for (const auto number : ack.lazy()) text += " lazy " + declared_.at(number);
    return text;
  }

  Store store_{{"Goloman", 1}};
  InboundLink link_{&store_};
  std::vector<std::pair<std::string, Sequence>> learned_;
  std::vector<std::string> declared_;
};

TEST_F(AnInboundLink, SaysFirstHowFarItHasEverything) {
  Report(store_, "kiwi", "5");
  EXPECT_EQ(Ack(0), "0 pushes: Goloman.1=1");
  EXPECT_EQ(Ack(0), "");
}

TEST_F(AnInboundLink, OfAnEmptyStoreSaysSoAtOnce) { EXPECT_EQ(Ack(0), "0 pushes:"); }

TEST_F(AnInboundLink, AppliesWhatIsPushedAndLearnsWhatTheNeighborHas) {
  ASSERT_TRUE(Push(MakePush(0, 5, {2, 5})).ok());
  EXPECT_EQ(store_.clients(), 2u);
  EXPECT_EQ(Lookup(store_, "phone5"), "Hands +1+1 5");
  EXPECT_THAT(learned_, ElementsAre(std::pair<std::string, Sequence>("Hands", 5)));
  EXPECT_EQ(link_.counters().ranges, 1u);
  EXPECT_EQ(link_.counters().updates, 2u);
  EXPECT_EQ(link_.counters().duplicates, 0u);
}

TEST_F(AnInboundLink, CountsWhatItHadAlready) {
  ASSERT_TRUE(Push(MakePush(0, 5, {2, 5})).ok());
  v1::Push again;
  AddRange(again, 0, 1, 6, {2, 5, 6});
  ASSERT_TRUE(Push(again).ok());
  EXPECT_EQ(link_.counters().updates, 5u);
  EXPECT_EQ(link_.counters().duplicates, 2u);
}

TEST_F(AnInboundLink, AnswersAPushAtOnce) {
  Ack(0);
  ASSERT_TRUE(Push(MakePush(0, 5, {2, 5})).ok());
  EXPECT_EQ(Ack(1), "1 pushes: Hands.77=5");
  EXPECT_EQ(Ack(1), "");
}

TEST_F(AnInboundLink, AnswersSeveralPushesTogether) {
  Ack(0);
  ASSERT_TRUE(Push(MakePush(0, 5, {})).ok());
  v1::Push next;
  AddRange(next, 0, 5, 9, {});
  ASSERT_TRUE(Push(next).ok());
  EXPECT_EQ(Ack(1), "2 pushes: Hands.77=9");
}

TEST_F(AnInboundLink, AnswersAPushThatBroughtNothingNew) {
  ASSERT_TRUE(Push(MakePush(0, 5, {})).ok());
  Ack(0);
  v1::Push again;
  AddRange(again, 0, 0, 5, {});
  ASSERT_TRUE(Push(again).ok());
  EXPECT_EQ(Ack(0), "2 pushes:");
}

TEST_F(AnInboundLink, TellsAtLeisureWhatTheNeighborDoesNotWaitFor) {
  constexpr Nanos kStart = 1000;
  Report(store_, "pear", "5");
  Ack(kStart);
  EXPECT_EQ(link_.Deadline(Vector(store_)), std::nullopt);
  Report(store_, "kiwi", "5");
  EXPECT_EQ(Ack(kStart + 1), "");
  EXPECT_EQ(Ack(kStart + InboundLink::kLeisure - 1), "");
  EXPECT_EQ(link_.Deadline(Vector(store_)), kStart + InboundLink::kLeisure);
  Report(store_, "plum", "5");
  EXPECT_EQ(Ack(kStart + InboundLink::kLeisure), "0 pushes: Goloman.1=3");
  EXPECT_EQ(link_.Deadline(Vector(store_)), std::nullopt);
}

TEST_F(AnInboundLink, TellsAtOnceOfAnOriginThatTheNeighborDoesNotKnowOf) {
  Ack(0);
  Report(store_, "kiwi", "5");
  EXPECT_EQ(Ack(1), "0 pushes: Goloman.1=1");
  Report(store_, "plum", "5");
  EXPECT_EQ(Ack(2), "");
}

TEST_F(AnInboundLink, TellsAtOnceHowFarTheNeighborsOwnUpdatesAreHadThoughOthersDeliveredThem) {
  const OriginIndex hands = *store_.Intern({"Hands", 77});
  const OriginIndex welsh = *store_.Intern({"Welsh", 7});
  store_.Apply(hands, 0, 5, {});
  store_.Apply(welsh, 0, 5, {});
  Ack(0);
  store_.Apply(welsh, 5, 6, {});
  EXPECT_EQ(Ack(1), "");
  store_.Apply(hands, 5, 6, {});
  EXPECT_EQ(Ack(1), "0 pushes: Hands.77=6 Welsh.7=6");
}

TEST_F(AnInboundLink, SaysAtOnceWhatIsWantedAndWhatNoMore) {
  const OriginIndex hands = *store_.Intern({"Hands", 77});
  link_.Want(hands, true);
  EXPECT_EQ(Ack(0), "0 pushes: eager Hands.77");
  link_.Want(hands, true);
  EXPECT_EQ(Ack(1), "");
  link_.Want(hands, false);
  EXPECT_EQ(Ack(1), "0 pushes: lazy Hands.77");
  EXPECT_EQ(Ack(1), "");
  EXPECT_EQ(link_.counters().grafts, 1u);
  EXPECT_EQ(link_.counters().prunes, 1u);
}

TEST_F(AnInboundLink, KnowsThatTheNeighborIsLeavingUntilItComesBack) {
  EXPECT_FALSE(link_.leaving());
  v1::Push push;
  push.set_leaving(true);
  ASSERT_TRUE(Push(push).ok());
  EXPECT_TRUE(link_.leaving());
  EXPECT_EQ(Ack(0), "1 pushes:");
  Open(78);
  EXPECT_FALSE(link_.leaving());
}

TEST_F(AnInboundLink, TellsWhatItHadToSayAtLeisureWithTheAnswerToAPush) {
  Report(store_, "pear", "5");
  Ack(0);
  Report(store_, "kiwi", "5");
  ASSERT_TRUE(Push(MakePush(0, 5, {})).ok());
  EXPECT_EQ(Ack(1), "1 pushes: Goloman.1=2 Hands.77=5");
  EXPECT_EQ(link_.Deadline(Vector(store_)), std::nullopt);
}

TEST_F(AnInboundLink, AsksForARewindWhereARangeBeginsBehindAGap) {
  Ack(0);
  ASSERT_TRUE(Push(MakePush(3, 5, {5})).ok());
  EXPECT_EQ(store_.clients(), 0u);
  EXPECT_THAT(learned_, IsEmpty());
  EXPECT_EQ(Ack(1), "1 pushes: Hands.77=0!");
  v1::Push next;
  AddRange(next, 0, 0, 5, {5});
  ASSERT_TRUE(Push(next).ok());
  EXPECT_EQ(Ack(1), "2 pushes: Hands.77=5");
}

TEST_F(AnInboundLink, AsksForOneRewindHoweverManyRangesItDrops) {
  Ack(0);
  ASSERT_TRUE(Push(MakePush(3, 5, {})).ok());
  v1::Push next;
  AddRange(next, 0, 5, 6, {});
  AddRange(next, 0, 6, 7, {});
  ASSERT_TRUE(Push(next).ok());
  EXPECT_EQ(Ack(1), "2 pushes: Hands.77=0!");
  EXPECT_EQ(Ack(1), "");
}

TEST_F(AnInboundLink, IsAnsweredAnewFromTheStartOfANewStream) {
  ASSERT_TRUE(Push(MakePush(0, 5, {5})).ok());
  Ack(0);
  link_.Close();
  EXPECT_FALSE(link_.up());
  EXPECT_EQ(Ack(1), "");
  EXPECT_EQ(link_.Deadline(Vector(store_)), std::nullopt);
  Open(78);
  declared_.clear();
  EXPECT_EQ(Ack(1), "0 pushes: Hands.77=5");
  v1::Push undeclared;
  AddRange(undeclared, 0, 5, 6, {});
  EXPECT_FALSE(Push(undeclared).ok());
}

TEST_F(AnInboundLink, TakesThisServersOwnUpdatesOfAnOlderRun) {
  v1::Push push;
  Declare(push, "Goloman", 99);
  AddRange(push, 0, 0, 7, {7});
  ASSERT_TRUE(Push(push).ok());
  EXPECT_EQ(Lookup(store_, "phone7"), "Goloman +1+1 5");
}

struct Malformed {
  const char* rule;
  std::function<void(v1::Push&)> break_it;
};

TEST_F(AnInboundLink, SaysAtOnceWhatTheNeighborAwaitsAndNotBeforeItHasIt) {
  constexpr Nanos kStart = 1000;
  Ack(kStart);
  const OriginIndex welsh = *store_.Intern({"Welsh", 3});
  store_.Apply(welsh, 0, 1, {});
  v1::Push push;
  Declare(push, "Welsh", 3);
  push.add_awaited()->set_origin(0);
  push.mutable_awaited(0)->set_through(2);
  ASSERT_TRUE(Push(push).ok());
  EXPECT_EQ(Ack(kStart + 1), "1 pushes: Welsh.3=1");
  EXPECT_EQ(Ack(kStart + 2), "");
  store_.Apply(welsh, 1, 2, {});
  EXPECT_EQ(Ack(kStart + 3), "1 pushes: Welsh.3=2");
  store_.Apply(welsh, 2, 3, {});
  EXPECT_EQ(Ack(kStart + 4), "");
}

TEST_F(AnInboundLink, ThatAwaitsAnOriginOfWhichNothingWasSaidIsAnError) {
  v1::Push push;
  push.add_awaited()->set_origin(3);
  EXPECT_EQ(Push(push).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AnInboundLink, ThatBreaksARuleIsAnErrorAndLeavesTheStoreAsItWas) {
  const std::vector<Malformed> cases = {
      {"a second hello", [](v1::Push& p) { p.mutable_hello()->set_server("Hands"); }},
      {"an undeclared origin", [](v1::Push& p) { p.mutable_ranges(0)->set_origin(1); }},
      {"an origin without a name", [](v1::Push& p) { p.mutable_origins(0)->clear_server(); }},
      {"an origin without a start", [](v1::Push& p) { p.mutable_origins(0)->clear_start_ns(); }},
      {"a range backwards", [](v1::Push& p) { p.mutable_ranges(0)->set_after(9); }},
      {"step 0", [](v1::Push& p) { p.mutable_ranges(0)->mutable_updates(0)->clear_step(); }},
      {"a step beyond the range",
       [](v1::Push& p) { p.mutable_ranges(0)->mutable_updates(1)->set_step(4); }},
      {"an empty id",
       [](v1::Push& p) { p.mutable_ranges(0)->mutable_updates(1)->clear_client_id(); }},
      {"white space in the id",
       [](v1::Push& p) { p.mutable_ranges(0)->mutable_updates(1)->set_client_id("a\tb"); }},
      {"a position out of range",
       [](v1::Push& p) { p.mutable_ranges(0)->mutable_updates(1)->set_latitude(91); }},
      {"an update that this run has not made",
       [](v1::Push& p) {
         p.mutable_origins(0)->set_server("Goloman");
         p.mutable_origins(0)->set_start_ns(1);
       }},
  };
  Report(store_, "kiwi", "5");
  for (const Malformed& malformed : cases) {
    Open(77);
    v1::Push push = MakePush(0, 5, {2, 5});
    malformed.break_it(push);
    EXPECT_EQ(Push(push).code(), absl::StatusCode::kInvalidArgument) << malformed.rule;
    EXPECT_EQ(store_.clients(), 1u) << malformed.rule;
    EXPECT_EQ(Vector(store_).at(0), 1u) << malformed.rule;
    EXPECT_THAT(learned_, IsEmpty()) << malformed.rule;
  }
  Open(77);
  ASSERT_TRUE(Push(MakePush(0, 5, {2, 5})).ok());
  EXPECT_EQ(store_.clients(), 3u);
}

TEST_F(AnInboundLink, SaysADigestAndWhatItIsOfOnlyWhereItIsOfSomething) {
  Open(77);
  v1::Ack ack;
  ASSERT_TRUE(link_.NextAck(Vector(store_), {.sum = 7, .forgotten_before = 100}, 0, &ack));
  EXPECT_EQ(ack.digest(), 7u);
  EXPECT_EQ(ack.forgotten_before_ns(), 100);
  Open(78);
  ASSERT_TRUE(link_.NextAck(Vector(store_), {.sum = 7, .forgotten_before = std::nullopt}, 0, &ack));
  EXPECT_FALSE(ack.has_digest());
}

TEST_F(AnInboundLink, KeepsWhatStoodBeforeAnError) {
  v1::Push push = MakePush(0, 5, {5});
  AddRange(push, 9, 0, 1, {});
  EXPECT_EQ(Push(push).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store_.clients(), 1u);
}

}  // namespace
}  // namespace herd::peer
