#include "server/peer/outbound_link.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/peer/reports.h"

namespace herd::peer {
namespace {

using ::testing::ElementsAre;

class AnOutboundLink : public ::testing::Test {
 protected:
  AnOutboundLink() { link_.Open(); }

  static v1::Hello Hello() {
    v1::Hello hello;
    hello.set_server("Goloman");
    hello.set_receiver("Wilkes");
    hello.set_start_ns(1);
    return hello;
  }

  // The neighbour has been greeted and has answered that it has nothing, and wants everything.
  void BringUp() {
    ASSERT_TRUE(Push().has_hello());
    ASSERT_TRUE(Ack(0).ok());
    ASSERT_TRUE(link_.up());
  }

  // The next push; an empty one if there is none.
  v1::Push Push(bool rides = false) {
    v1::Push push;
    if (!link_.NextPush(Vector(store_), rides, &push)) push.Clear();
    for (const v1::Origin& origin : push.origins()) {
      declared_.push_back(absl::StrCat(origin.server(), ".", origin.start_ns()));
    }
    return push;
  }

  // The next push as "Goloman.1(0,2] x2 Hands.5(0,9] x1", or "" for none.
  std::string Ranges(bool rides = false) {
    std::string text;
    const v1::Push push = Push(rides);
    for (const v1::Range& range : push.ranges()) {
      absl::StrAppend(&text, text.empty() ? "" : " ", declared_.at(range.origin()), "(",
                      range.after(), ",", range.through(), "] x", range.updates_size());
    }
    return text;
  }

  // An Ack with the neighbour's numbers: 0 is Goloman.1, 1 is Hands.5.
  absl::Status Ack(std::uint64_t pushes, const std::vector<v1::Have>& vector = {}) {
    v1::Ack ack;
    if (!acked_) {
      AddOrigin(ack, "Goloman", 1);
      AddOrigin(ack, "Hands", 5);
      ack.add_eager(0);
      ack.add_eager(1);
    }
    acked_ = true;
    ack.set_pushes(pushes);
    for (const v1::Have& have : vector) *ack.add_vector() = have;
    return link_.OnAck(ack);
  }
  static void AddOrigin(v1::Ack& ack, const std::string& server, std::uint64_t start_ns) {
    v1::Origin* const origin = ack.add_origins();
    origin->set_server(server);
    origin->set_start_ns(start_ns);
  }
  static v1::Have Have(std::uint32_t origin, Sequence through, bool rewind = false) {
    v1::Have have;
    have.set_origin(origin);
    have.set_through(through);
    have.set_rewind(rewind);
    return have;
  }

  void Reports(int count, const std::string& prefix = "phone") {
    for (int i = 0; i < count; ++i) Report(store_, absl::StrCat(prefix, i), "5");
  }
  void HandsHas(Sequence through) { store_.Apply(hands_, 0, through, {}); }
  std::uint64_t Lag() { return link_.Lag(Vector(store_)); }

  Store store_{{"Goloman", 1}};
  const OriginIndex hands_ = *store_.Intern({"Hands", 5});
  OutboundLink link_{&store_, Hello()};
  std::vector<std::string> declared_;
  bool acked_ = false;
};

TEST_F(AnOutboundLink, SaysFirstWhoItIsAndWhomItMeans) {
  Report(store_, "kiwi", "5");
  const v1::Push push = Push();
  EXPECT_EQ(push.hello().server(), "Goloman");
  EXPECT_EQ(push.hello().receiver(), "Wilkes");
  EXPECT_EQ(push.hello().start_ns(), 1u);
  EXPECT_EQ(push.ranges_size(), 0);
}

TEST_F(AnOutboundLink, PushesNothingBeforeTheNeighborHasSaidHowFarItHasEverything) {
  Report(store_, "kiwi", "5");
  Push();
  EXPECT_EQ(Ranges(), "");
  EXPECT_FALSE(link_.up());
  ASSERT_TRUE(Ack(0).ok());
  EXPECT_TRUE(link_.up());
  EXPECT_EQ(Ranges(), "Goloman.1(0,1] x1");
  EXPECT_EQ(Ranges(), "");
}

TEST_F(AnOutboundLink, SaysNothingWhileItIsClosed) {
  Report(store_, "kiwi", "5");
  link_.Close();
  EXPECT_FALSE(Push().has_hello());
  EXPECT_FALSE(link_.up());
}

TEST_F(AnOutboundLink, IsNotBroughtUpByAnAckThatComesAfterItWasClosed) {
  Push();
  link_.Close();
  EXPECT_TRUE(Ack(0).ok());
  EXPECT_FALSE(link_.up());
}

TEST_F(AnOutboundLink, GoesOnWhereTheNeighborsVectorEnds) {
  Reports(10);
  HandsHas(7);
  Push();
  ASSERT_TRUE(Ack(0, {Have(0, 8), Have(1, 7)}).ok());
  EXPECT_EQ(Ranges(), "Goloman.1(8,10] x2");
}

TEST_F(AnOutboundLink, SendsARangeWithoutUpdatesWhereAllAreSuperseded) {
  HandsHas(7);
  BringUp();
  EXPECT_EQ(Ranges(), "Hands.5(0,7] x0");
}

TEST_F(AnOutboundLink, DeclaresAnOriginOnceAStream) {
  BringUp();
  Report(store_, "kiwi", "5");
  EXPECT_EQ(Push().origins_size(), 1);
  Report(store_, "plum", "5");
  EXPECT_EQ(Push().origins_size(), 0);
  link_.Open();
  acked_ = false;
  BringUp();
  EXPECT_EQ(Push().origins_size(), 1);
}

TEST_F(AnOutboundLink, DoesNotSendWhatTheNeighborHasShownToHave) {
  HandsHas(7);
  BringUp();
  link_.NeighborHas(hands_, 7);
  EXPECT_EQ(Ranges(), "");
  EXPECT_EQ(Lag(), 7u);
}

TEST_F(AnOutboundLink, ConcludesNothingBeforeItIsUp) {
  HandsHas(7);
  link_.NeighborHas(hands_, 7);
  BringUp();
  EXPECT_EQ(Ranges(), "Hands.5(0,7] x0");
}

TEST_F(AnOutboundLink, PushesOnlyTheOriginsThatTheNeighborWants) {
  Reports(2);
  HandsHas(7);
  Push();
  v1::Ack silent;
  AddOrigin(silent, "Goloman", 1);
  AddOrigin(silent, "Hands", 5);
  ASSERT_TRUE(link_.OnAck(silent).ok());
  EXPECT_FALSE(link_.HasUpdates(Vector(store_)));
  EXPECT_EQ(Ranges(), "");
  EXPECT_EQ(Lag(), 9u);

  v1::Ack graft;
  graft.add_eager(1);
  ASSERT_TRUE(link_.OnAck(graft).ok());
  EXPECT_THAT(link_.turned(), ElementsAre(hands_));
  EXPECT_TRUE(link_.IsEager(hands_));
  EXPECT_FALSE(link_.IsEager(Store::kOwnOrigin));
  EXPECT_TRUE(link_.HasUpdates(Vector(store_)));
  EXPECT_EQ(Ranges(), "Hands.5(0,7] x0");

  v1::Ack prune;
  prune.set_pushes(1);
  prune.add_lazy(1);
  prune.add_eager(0);
  ASSERT_TRUE(link_.OnAck(prune).ok());
  HandsHas(8);
  EXPECT_EQ(Ranges(), "Goloman.1(0,2] x2");
}

TEST_F(AnOutboundLink, TakesAWishForAnUndeclaredOriginForAnError) {
  BringUp();
  v1::Ack eager;
  eager.add_eager(2);
  EXPECT_EQ(link_.OnAck(eager).code(), absl::StatusCode::kInvalidArgument);
  v1::Ack lazy;
  lazy.add_lazy(2);
  EXPECT_EQ(link_.OnAck(lazy).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AnOutboundLink, SaysOnceAStreamThatThisServerLeaves) {
  BringUp();
  link_.Leave();
  EXPECT_TRUE(Push().leaving());
  EXPECT_FALSE(link_.leave_known());
  Report(store_, "kiwi", "5");
  EXPECT_FALSE(Push().leaving());
  ASSERT_TRUE(Ack(1).ok());
  EXPECT_TRUE(link_.leave_known());
  link_.Open();
  acked_ = false;
  EXPECT_FALSE(link_.leave_known());
  BringUp();
  EXPECT_TRUE(Push().leaving());
}

TEST_F(AnOutboundLink, AsksOnceForWhatIsAwaitedUntilTheNeighborHasSaidIt) {
  BringUp();
  link_.Await(hands_, 7);
  link_.Await(hands_, 6);
  v1::Push push = Push();
  ASSERT_EQ(push.awaited_size(), 1);
  EXPECT_EQ(declared_.at(push.awaited(0).origin()), "Hands.5");
  EXPECT_EQ(push.awaited(0).through(), 7u);
  EXPECT_EQ(Push().awaited_size(), 0);
  ASSERT_TRUE(Ack(1, {Have(1, 6)}).ok());
  EXPECT_TRUE(link_.IsAwaiting());
  ASSERT_TRUE(Ack(1, {Have(1, 7)}).ok());
  EXPECT_FALSE(link_.IsAwaiting());
}

TEST_F(AnOutboundLink, DoesNotAskForWhatTheNeighborHasShownToHave) {
  BringUp();
  link_.NeighborHas(hands_, 7);
  EXPECT_TRUE(link_.Has(hands_, 7));
  EXPECT_FALSE(link_.Has(hands_, 8));
  link_.Await(hands_, 7);
  EXPECT_FALSE(link_.IsAwaiting());
  EXPECT_EQ(Push().awaited_size(), 0);
}

TEST_F(AnOutboundLink, GathersWhileAPushIsUnderWay) {
  BringUp();
  Reports(1);
  EXPECT_EQ(Ranges(), "Goloman.1(0,1] x1");
  EXPECT_FALSE(link_.is_ready());
  Reports(2, "more");
  EXPECT_EQ(Ranges(), "");
  ASSERT_TRUE(Ack(1).ok());
  EXPECT_TRUE(link_.is_ready());
  EXPECT_EQ(Ranges(), "Goloman.1(1,3] x2");
}

TEST_F(AnOutboundLink, DoesNotGatherWhereAMessageGoesAnyway) {
  BringUp();
  EXPECT_EQ(Ranges(true), "");
  for (std::uint64_t i = 0; i < OutboundLink::kMaxPushesUnderWay; ++i) {
    Reports(1, absl::StrCat("phone", i, "."));
    EXPECT_EQ(Ranges(true), absl::StrCat("Goloman.1(", i, ",", i + 1, "] x1"));
  }
  Reports(1, "more");
  EXPECT_EQ(Ranges(true), "");
}

TEST_F(AnOutboundLink, TellsThatItLeavesWhateverIsUnderWay) {
  BringUp();
  Reports(1);
  ASSERT_NE(Ranges(), "");
  link_.Leave();
  EXPECT_TRUE(Push().leaving());
}

TEST_F(AnOutboundLink, KeepsToItsWindow) {
  constexpr auto kMost = static_cast<int>(OutboundLink::kMaxUpdatesPerPush);
  constexpr auto kWindow = static_cast<int>(OutboundLink::kMaxPushesUnderWay);
  Reports((kWindow + 2) * kMost);
  BringUp();
  for (int i = 0; i < kWindow; ++i) ASSERT_NE(Ranges(), "") << i;
  EXPECT_EQ(Ranges(), "");
  ASSERT_TRUE(Ack(1).ok());
  EXPECT_NE(Ranges(), "");
  EXPECT_EQ(Ranges(), "");
}

TEST_F(AnOutboundLink, BoundsAPushByItsUpdates) {
  constexpr auto kMost = static_cast<int>(OutboundLink::kMaxUpdatesPerPush);
  Reports(2 * kMost + 1);
  BringUp();
  EXPECT_EQ(Ranges(), "Goloman.1(0,512] x512");
  EXPECT_EQ(Ranges(), "Goloman.1(512,1024] x512");
  EXPECT_EQ(Ranges(), "Goloman.1(1024,1025] x1");
  EXPECT_EQ(Ranges(), "");
}

TEST_F(AnOutboundLink, BoundsAPushByItsBytes) {
  const std::string large(8000, 'x');
  Reports(400, large);
  BringUp();
  std::size_t updates = 0;
  for (v1::Push push = Push(); push.ranges_size() > 0; push = Push()) {
    updates += static_cast<std::size_t>(push.ranges(0).updates_size());
    // The bound is looked at before an update is added.
    EXPECT_LE(push.ByteSizeLong(), OutboundLink::kMaxBytesPerPush + 3 * 8192);
  }
  EXPECT_EQ(updates, 400u);
}

TEST_F(AnOutboundLink, LetsEveryOriginHaveItsTurnThoughOneFillsEveryPush) {
  Reports(600, "a");
  HandsHas(3);
  BringUp();
  EXPECT_EQ(Ranges(), "Goloman.1(0,512] x512");
  Reports(600, "b");
  EXPECT_EQ(Ranges(), "Hands.5(0,3] x0 Goloman.1(512,1024] x512");
  Reports(600, "c");
  HandsHas(4);
  EXPECT_EQ(Ranges(), "Hands.5(3,4] x0 Goloman.1(1024,1536] x512");
}

TEST_F(AnOutboundLink, SendsAgainFromWhereTheNeighborAsksForARewind) {
  HandsHas(9);
  BringUp();
  link_.NeighborHas(hands_, 5);
  EXPECT_EQ(Ranges(), "Hands.5(5,9] x0");
  ASSERT_TRUE(Ack(1, {Have(1, 2, true)}).ok());
  EXPECT_EQ(Ranges(), "Hands.5(2,9] x0");
}

TEST_F(AnOutboundLink, RewindsOnceForAllThatWasUnderWay) {
  Reports(4 * static_cast<int>(OutboundLink::kMaxUpdatesPerPush));
  BringUp();
  for (int i = 0; i < 3; ++i) ASSERT_NE(Ranges(), "");
  ASSERT_TRUE(Ack(1, {Have(0, 0, true)}).ok());
  EXPECT_EQ(Ranges(), "Goloman.1(0,512] x512");
  // These answer pushes that were under way when the first one was heeded.
  ASSERT_TRUE(Ack(2, {Have(0, 0, true)}).ok());
  ASSERT_TRUE(Ack(3, {Have(0, 0, true)}).ok());
  EXPECT_EQ(Ranges(), "Goloman.1(512,1024] x512");
  ASSERT_TRUE(Ack(4, {Have(0, 0, true)}).ok());
  EXPECT_EQ(Ranges(), "Goloman.1(0,512] x512");
}

TEST_F(AnOutboundLink, RewindsEachOriginForItself) {
  Reports(2 * static_cast<int>(OutboundLink::kMaxUpdatesPerPush));
  BringUp();
  link_.NeighborHas(hands_, 5);
  EXPECT_EQ(Ranges(), "Goloman.1(0,512] x512");
  HandsHas(6);
  EXPECT_EQ(Ranges(), "Hands.5(5,6] x0 Goloman.1(512,1024] x512");
  ASSERT_TRUE(Ack(1, {Have(0, 0, true)}).ok());
  EXPECT_EQ(Ranges(), "Goloman.1(0,512] x512");
  ASSERT_TRUE(Ack(2, {Have(1, 0, true)}).ok());
  EXPECT_EQ(Ranges(), "Hands.5(0,6] x0 Goloman.1(512,1024] x512");
}

TEST_F(AnOutboundLink, KnowsWhatTheNeighborHasNotYetSaidToHave) {
  Reports(10);
  HandsHas(5);
  EXPECT_EQ(Lag(), 15u);
  BringUp();
  Push();
  EXPECT_EQ(Lag(), 15u);
  ASSERT_TRUE(Ack(1, {Have(0, 10), Have(1, 4)}).ok());
  EXPECT_EQ(Lag(), 1u);
  ASSERT_TRUE(Ack(1, {Have(1, 6)}).ok());  // it has more than this server
  EXPECT_EQ(Lag(), 0u);
  EXPECT_EQ(Ranges(), "");
}

TEST_F(AnOutboundLink, TakesAnAckBeyondWhatWasSentForAnError) {
  BringUp();
  EXPECT_EQ(Ack(1).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AnOutboundLink, TakesAnAckThatGoesBackForAnError) {
  BringUp();
  Report(store_, "kiwi", "5");
  Push();
  ASSERT_TRUE(Ack(1).ok());
  EXPECT_EQ(Ack(0).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AnOutboundLink, TakesAnUndeclaredOriginInAnAckForAnError) {
  BringUp();
  EXPECT_EQ(Ack(0, {Have(2, 1)}).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AnOutboundLink, TakesADeclarationOfNoOriginForAnError) {
  Push();
  v1::Ack ack;
  AddOrigin(ack, "", 1);
  EXPECT_EQ(link_.OnAck(ack).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(link_.up());
}

TEST_F(AnOutboundLink, OutlivesANeighborThatClaimsToHaveEverythingForEver) {
  BringUp();
  ASSERT_TRUE(Ack(0, {Have(0, ~0ULL)}).ok());
  Report(store_, "kiwi", "5");
  EXPECT_EQ(Ranges(), "");
  EXPECT_EQ(Lag(), 0u);
}

// Clients that have been forgotten by one of the two already are no reason to send all again.
TEST_F(AnOutboundLink, ComparesMapsOnlyWhereTheSameAreForgotten) {
  BringUp();
  v1::Ack ack;
  ack.set_digest(7);
  ack.set_forgotten_before_ns(100);
  ASSERT_TRUE(link_.OnAck(ack).ok());
  const VersionVector vector = Vector(store_);
  EXPECT_TRUE(link_.Differs(vector, {.sum = 8, .forgotten_before = 100}));
  EXPECT_FALSE(link_.Differs(vector, {.sum = 7, .forgotten_before = 100}));
  EXPECT_FALSE(link_.Differs(vector, {.sum = 8, .forgotten_before = 101}));
  EXPECT_FALSE(link_.Differs(vector, {.sum = 8, .forgotten_before = std::nullopt}));
}

}  // namespace
}  // namespace herd::peer
