// Herds of floods: whatever the graph and the order of the messages, all come to hold the same.
#include "server/peer/flood.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/server/peer/network.h"
#include "tests/server/peer/reports.h"

namespace herd::peer {
namespace {

constexpr Nanos kMs = kNanosPerMillisecond;

struct Graph {
  const char* name;
  Edges edges;
};

std::vector<Graph> Graphs() {
  return {{"line", Line(6)},          {"ring", Ring(5)}, {"star", Star(6)},
          {"full mesh", FullMesh(5)}, {"pair", Line(2)}, {"default herd", DefaultHerd()}};
}

// Clients that move about and report wherever they are; some at equal times.
class Crowd {
 public:
  explicit Crowd(std::uint64_t seed) : random_(seed) {}

  void ReportSomewhere(Network& network) {
    ReportAt(network, network.names()[random_() % network.names().size()]);
  }
  void ReportAt(Network& network, const std::string& server) {
    const std::string id = absl::StrCat("phone", random_() % 60);
    ids_.insert(id);
    Report(network.store(server), id, absl::StrCat(random_() % 200),
           absl::StrCat("+1-", random_() % 180, ".5"));
  }
  const std::set<std::string>& ids() const { return ids_; }

 private:
  std::mt19937_64 random_;
  std::set<std::string> ids_;
};

TEST(AHerd, ThatHasComeToRestHoldsTheSameEverywhere) {
  for (const Graph& graph : Graphs()) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      SCOPED_TRACE(absl::StrCat(graph.name, ", seed ", seed));
      Network network(graph.edges, seed);
      Crowd crowd(seed);
      network.ConnectAll();
      for (int i = 0; i < 300; ++i) {
        crowd.ReportSomewhere(network);
        network.RunSome(static_cast<int>(seed * 2));
      }
      ASSERT_NO_FATAL_FAILURE(network.RunUntilQuiet());
      ASSERT_NO_FATAL_FAILURE(network.ExpectAllEqual(crowd.ids()));
    }
  }
}

TEST(AHerd, WhoseEdgesComeAndGoHoldsTheSameOnceAllAreUp) {
  for (const Graph& graph : Graphs()) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      SCOPED_TRACE(absl::StrCat(graph.name, ", seed ", seed));
      std::mt19937_64 random(seed);
      Network network(graph.edges, seed);
      Crowd crowd(seed);
      for (int i = 0; i < 400; ++i) {
        crowd.ReportSomewhere(network);
        const auto& [a, b] = graph.edges[random() % graph.edges.size()];
        if (random() % 10 == 0) network.Connect(a, b);
        if (random() % 20 == 0) network.Disconnect(a, b);
        network.RunSome(20);
      }
      network.ConnectAll();
      ASSERT_NO_FATAL_FAILURE(network.RunUntilQuiet());
      ASSERT_NO_FATAL_FAILURE(network.ExpectAllEqual(crowd.ids()));
    }
  }
}

TEST(AHerd, HoldsTheSameAlsoAfterServersWereRestarted) {
  for (const Graph& graph : Graphs()) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      SCOPED_TRACE(absl::StrCat(graph.name, ", seed ", seed));
      std::mt19937_64 random(seed);
      Network network(graph.edges, seed);
      Crowd crowd(seed);
      network.ConnectAll();
      for (int i = 0; i < 10; ++i) {
        for (int report = 0; report < 30; ++report) {
          crowd.ReportSomewhere(network);
          network.RunSome(10);
        }
        // What nobody else has yet would rightly be lost with the server.
        ASSERT_NO_FATAL_FAILURE(network.RunUntilQuiet());
        network.Restart(network.names()[random() % network.names().size()]);
        for (int report = 0; report < 5; ++report) crowd.ReportSomewhere(network);
        network.ConnectAll();
      }
      ASSERT_NO_FATAL_FAILURE(network.RunUntilQuiet());
      ASSERT_NO_FATAL_FAILURE(network.ExpectAllEqual(crowd.ids()));
    }
  }
}

TEST(AHerd, OfABacklogOfManyPushesHoldsTheSame) {
  Network network(DefaultHerd(), 1);
  std::set<std::string> ids;
  for (int i = 0; i < 20'000; ++i) {
    ids.insert(absl::StrCat("phone", i));
    Report(network.store(network.names()[static_cast<std::size_t>(i % 5)]),
           absl::StrCat("phone", i), "5");
  }
  network.ConnectAll();
  ASSERT_NO_FATAL_FAILURE(network.RunUntilQuiet());
  ASSERT_NO_FATAL_FAILURE(network.ExpectAllEqual(ids));
}

TEST(ATree, DeliversEachUpdateToEachOtherServerOnce) {
  for (const Edges& tree : {Line(6), Star(6), Line(2)}) {
    Network network(tree, 7);
    network.ConnectAll();
    network.RunUntilQuiet();
    const std::size_t others = network.names().size() - 1;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(Report(network.store(network.names()[static_cast<std::size_t>(i) % others]),
                         absl::StrCat("phone", i), "5"));
    }
    ASSERT_NO_FATAL_FAILURE(network.RunUntilQuiet());
    EXPECT_EQ(network.delivered(), 100 * others);
  }
}

// Each server reports once; returns how many deliveries that took.
std::uint64_t DeliveriesOfOneReportEach(Network& network, const std::string& id) {
  const std::uint64_t before = network.delivered();
  for (const std::string& name : network.names()) {
    EXPECT_TRUE(Report(network.store(name), absl::StrCat(id, name), "5"));
    network.RunUntilQuiet();
  }
  return network.delivered() - before;
}

TEST(ASettledHerd, DeliversEachUpdateToEachOtherServerOnce) {
  for (const Graph& graph : Graphs()) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(absl::StrCat(graph.name, ", seed ", seed));
      Network network(graph.edges, seed);
      network.ConnectAll();
      DeliveriesOfOneReportEach(network, "settle");
      const std::size_t servers = network.names().size();
      EXPECT_EQ(DeliveriesOfOneReportEach(network, "phone"), servers * (servers - 1));
    }
  }
}

TEST(ASettledHerd, DeliversOnceAgainAfterAnyLinkWasCut) {
  for (const Graph& graph : {Graph{"ring", Ring(5)}, Graph{"full mesh", FullMesh(5)}}) {
    for (const auto& [a, b] : graph.edges) {
      SCOPED_TRACE(absl::StrCat(graph.name, " without ", a, " to ", b));
      Network network(graph.edges, 3);
      network.ConnectAll();
      DeliveriesOfOneReportEach(network, "settle");
      network.Disconnect(a, b);
      DeliveriesOfOneReportEach(network, "heal");
      const std::size_t servers = network.names().size();
      EXPECT_EQ(DeliveriesOfOneReportEach(network, "phone"), servers * (servers - 1));
    }
  }
}

TEST(TwoReportsOfOneClient, AtTwoServersEndTheSameOnAllFive) {
  for (const char* second : {"5.000000000", "5.000000001"}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Network network(DefaultHerd(), seed);
      network.ConnectAll();
      network.RunUntilQuiet();
      Report(network.store("Goloman"), "kiwi", "5.000000000", "+1+1");
      network.RunSome(static_cast<int>(seed));
      Report(network.store("Welsh"), "kiwi", second, "+2+2");
      ASSERT_NO_FATAL_FAILURE(network.RunUntilQuiet());
      for (const std::string& name : network.names()) {
        ASSERT_EQ(Lookup(network.store(name), "kiwi"), absl::StrCat("Welsh +2+2 ", second));
      }
    }
  }
}

TEST(AReconnectedLink, GoesOnWithoutSendingAgainWhatWasAcknowledged) {
  Network network(Line(2), 3);
  network.ConnectAll();
  for (int i = 0; i < 1000; ++i) Report(network.store("server0"), absl::StrCat("a", i), "5");
  network.RunUntilQuiet();
  EXPECT_EQ(network.delivered("server0", "server1"), 1000u);
  network.Disconnect("server0", "server1");
  for (int i = 0; i < 10; ++i) Report(network.store("server0"), absl::StrCat("b", i), "5");
  network.ConnectAll();
  network.RunUntilQuiet();
  EXPECT_EQ(network.delivered("server0", "server1"), 1010u);
  EXPECT_EQ(network.delivered("server1", "server0"), 0u);
  EXPECT_EQ(network.store("server1").clients(), 1010u);
}

TEST(ANeighborThatWasAway, GetsTheLatestPositionsAndNotEveryStep) {
  Network network(Line(2), 3);
  for (int time = 1; time <= 5000; ++time) {
    Report(network.store("server0"), absl::StrCat("phone", time % 3), absl::StrCat(time));
  }
  network.ConnectAll();
  network.RunUntilQuiet();
  EXPECT_EQ(network.delivered("server0", "server1"), 3u);
  ASSERT_NO_FATAL_FAILURE(network.ExpectAllEqual({"phone0", "phone1", "phone2"}));
}

TEST(ARestartedServer, GetsEverythingBackAlsoTheUpdatesOfItsOwnOlderRun) {
  Network network(DefaultHerd(), 5);
  network.ConnectAll();
  Report(network.store("Holiday"), "kiwi", "5");
  Report(network.store("Goloman"), "plum", "5");
  network.RunUntilQuiet();
  network.Restart("Holiday");
  EXPECT_EQ(network.store("Holiday").clients(), 0u);
  Report(network.store("Welsh"), "pear", "5");
  network.ConnectAll();
  network.RunUntilQuiet();
  EXPECT_EQ(Lookup(network.store("Holiday"), "kiwi"), "Holiday +34.068930-118.445127 5");
  ASSERT_NO_FATAL_FAILURE(network.ExpectAllEqual({"kiwi", "plum", "pear"}));
}

TEST(WhatANeighborSent, IsNotSentBackToIt) {
  Network network(Line(2), 5);
  network.ConnectAll();
  network.RunUntilQuiet();
  Report(network.store("server0"), "kiwi", "5");
  network.RunUntilQuiet();
  EXPECT_EQ(network.delivered("server0", "server1"), 1u);
  EXPECT_EQ(network.delivered("server1", "server0"), 0u);
}

// A range passes over superseded updates, and what supersedes them may stand in a
// later push. If the sender dies between the two, the receiver's vector says that it has an update
// of which it holds neither the update nor its successor; equal vectors with unequal digests show
// it.
TEST(ASenderThatDiesBetweenTwoPushes, LeavesNobodyWithoutAClientThatOthersKnow) {
  Network network(Line(3), 5);
  std::set<std::string> ids;
  for (int i = 0; i < 1200; ++i) {
    ids.insert(absl::StrCat("phone", i));
    Report(network.store(i < 600 ? "server0" : "server1"), absl::StrCat("phone", i), "5");
  }
  network.Connect("server0", "server1");
  network.RunUntilQuiet();

  // server2 comes, and gets as much of what was reported at server1 as goes into a push.
  network.Connect("server1", "server2");
  const auto advance = [&] {
    return network.Send("server1", "server2") && network.Deliver("server1", "server2") &&
           network.Send("server2", "server1") && network.Deliver("server2", "server1");
  };
  ASSERT_TRUE(advance() && advance());
  // A client of server0 moves on to server1, and next server2 gets what was reported at server0.
  Report(network.store("server1"), "phone100", "6");
  ASSERT_TRUE(advance());
  network.Restart("server1");

  network.ConnectAll();
  network.RunUntilQuiet();
  network.ExpectAllEqual(ids);
}

class AHello : public ::testing::Test {
 protected:
  static v1::Hello Make(const std::string& server, const std::string& receiver) {
    v1::Hello hello;
    hello.set_server(server);
    hello.set_receiver(receiver);
    hello.set_start_ns(5);
    return hello;
  }
  Store store_{{"Goloman", 1}};
  Flood flood_{&store_, {"Goloman", 1}, {"Hands", "Wilkes"}, Flood::Options()};
};

TEST_F(AHello, SaysWhichNeighborCalls) {
  EXPECT_EQ(flood_.Identify(Make("Hands", "Goloman")).value(), 0u);
  EXPECT_EQ(flood_.Identify(Make("Wilkes", "Goloman")).value(), 1u);
}

TEST_F(AHello, OfAStrangerIsDenied) {
  for (const char* stranger : {"Welsh", "hands", "Goloman", ""}) {
    const absl::Status status = flood_.Identify(Make(stranger, "Goloman")).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << stranger;
  }
}

TEST_F(AHello, MeantForAnotherServerIsDenied) {
  for (const char* receiver : {"Hands", "goloman", ""}) {
    const absl::Status status = flood_.Identify(Make("Hands", receiver)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << receiver;
  }
}

v1::Packet PacketOf(const v1::Hello& hello) {
  v1::Packet packet;
  *packet.mutable_push()->mutable_hello() = hello;
  return packet;
}

TEST_F(AHello, IsTheFirstThingThatIsSaid) {
  flood_.Open(0);
  v1::Packet packet;
  packet.mutable_ack();
  EXPECT_EQ(flood_.OnPacket(0, packet, 0).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AHello, ThatIsTheSecondOneIsAnError) {
  flood_.Open(0);
  const v1::Packet hello = PacketOf(Make("Hands", "Goloman"));
  ASSERT_TRUE(flood_.OnPacket(0, hello, 0).ok());
  EXPECT_EQ(flood_.OnPacket(0, hello, 0).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(AHello, OfAnotherNeighborThanTheOneWhoseLinkItIsIsDenied) {
  flood_.Open(0);
  const absl::Status status = flood_.OnPacket(0, PacketOf(Make("Wilkes", "Goloman")), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(AHello, IsSaidByTheOneWhoseNameSortsFirst) {
  Flood other{&store_, {"Holiday", 1}, {"Goloman", "Welsh"}, Flood::Options()};
  EXPECT_FALSE(other.IsForUsToCall(0));
  EXPECT_TRUE(other.IsForUsToCall(1));
}

class AFloodOfTwo : public ::testing::Test {
 protected:
  explicit AFloodOfTwo(Nanos gather = 0)
      : flood_(&store_, {"Goloman", 1}, {"Hands"}, Flood::Options{.gather = gather}) {}

  // Hands is there, as that run, and has nothing.
  void Open(std::uint64_t run, Nanos now, bool clients_wait = false) {
    flood_.Open(0);
    v1::Packet hello;
    ASSERT_TRUE(flood_.NextPacket(0, now, &hello));
    v1::Packet first;
    first.mutable_ack();
    v1::Hello& answer = *first.mutable_push()->mutable_hello();
    answer.set_server("Hands");
    answer.set_receiver("Goloman");
    answer.set_start_ns(run);
    answer.set_clients_wait(clients_wait);
    ASSERT_TRUE(flood_.OnPacket(0, first, now).ok());
  }
  // Hands wants the updates of Goloman, and has none.
  void Want() {
    v1::Packet packet;
    packet.mutable_ack()->add_origins()->set_server("Goloman");
    packet.mutable_ack()->mutable_origins(0)->set_start_ns(1);
    packet.mutable_ack()->add_eager(0);
    ASSERT_TRUE(flood_.OnPacket(0, packet, 0).ok());
  }
  Store store_{{"Goloman", 1}};
  Flood flood_;
};

// Where nobody waits for what neighbours answer.
class AFloodThatGathers : public AFloodOfTwo {
 protected:
  static constexpr Nanos kLater = 10 * Flood::kGather;

  AFloodThatGathers() : AFloodOfTwo(Flood::kGather) {}

  void SetUp() override {
    Open(5, 0);
    Want();
  }
  bool NextPacket(Nanos now) {
    flood_.Advance(now);
    return flood_.NextPacket(0, now, &sent_);
  }
  // How many updates went in the last packet.
  int updates() const {
    int updates = 0;
    for (const v1::Range& range : sent_.push().ranges()) updates += range.updates_size();
    return updates;
  }
  // Hands has all that has been pushed.
  void Acknowledge(std::uint64_t pushes, Nanos now) {
    v1::Packet packet;
    packet.mutable_ack()->set_pushes(pushes);
    ASSERT_TRUE(flood_.OnPacket(0, packet, now).ok());
  }

  v1::Packet sent_;
};

TEST_F(AFloodThatGathers, SendsTheFirstUpdateOnAQuietLinkAtOnce) {
  Report(store_, "kiwi", "5");
  flood_.Advance(kLater);
  EXPECT_TRUE(flood_.HandsOver(0));
  EXPECT_TRUE(NextPacket(kLater));
  EXPECT_EQ(updates(), 1);
}

TEST_F(AFloodThatGathers, SendsWhatFollowsTogether) {
  Report(store_, "kiwi", "5");
  ASSERT_TRUE(NextPacket(kLater));
  Acknowledge(1, kLater);
  Report(store_, "plum", "5");
  EXPECT_FALSE(NextPacket(kLater + 1));
  EXPECT_FALSE(flood_.HandsOver(0));
  EXPECT_FALSE(flood_.IsReady(0));
  EXPECT_EQ(flood_.PacketDeadline(0), kLater + Flood::kGather);
  Report(store_, "pear", "5");
  EXPECT_FALSE(NextPacket(kLater + Flood::kGather - 1));
  EXPECT_TRUE(NextPacket(kLater + Flood::kGather));
  EXPECT_EQ(updates(), 2);
}

TEST_F(AFloodThatGathers, GoesOnAtOnceWhenAPacketCouldNotTakeAll) {
  for (int i = 0; i < 3000; ++i) Report(store_, absl::StrCat("kiwi-", i), "5");
  ASSERT_TRUE(NextPacket(kLater));
  const int first = updates();
  EXPECT_LT(first, 3000);
  EXPECT_TRUE(NextPacket(kLater));
  EXPECT_EQ(updates(), first);
}

TEST_F(AFloodThatGathers, HoldsNothingBackWhereTheNeighborsClientsWait) {
  flood_.Close(0);
  Open(6, 0, true);
  Want();
  Report(store_, "kiwi", "5");
  ASSERT_TRUE(NextPacket(kLater));
  Acknowledge(1, kLater);
  Report(store_, "plum", "5");
  EXPECT_TRUE(flood_.IsReady(0));
  EXPECT_TRUE(NextPacket(kLater));
  EXPECT_EQ(updates(), 1);
}

TEST_F(AFloodThatGathers, KeepsNothingOfTheStreamBefore) {
  for (int i = 0; i < 3000; ++i) Report(store_, absl::StrCat("kiwi-", i), "5");
  ASSERT_TRUE(NextPacket(kLater));
  ASSERT_TRUE(flood_.outbound(0).has_more());
  flood_.Open(0);
  EXPECT_FALSE(flood_.inbound(0).up());
  EXPECT_FALSE(flood_.outbound(0).has_more());
}

TEST(AFlood, SaysWhetherItsClientsWait) {
  for (const Nanos gather : {Nanos{0}, Flood::kGather}) {
    Store store({"Goloman", 1});
    Flood flood(&store, {"Goloman", 1}, {"Hands"}, Flood::Options{.gather = gather});
    flood.Open(0);
    v1::Packet packet;
    ASSERT_TRUE(flood.NextPacket(0, 0, &packet));
    EXPECT_EQ(packet.push().hello().clients_wait(), gather == 0);
  }
}

TEST_F(AFloodThatGathers, LeavesWithoutDelay) {
  Report(store_, "kiwi", "5");
  ASSERT_TRUE(NextPacket(kLater));
  flood_.Leave();
  EXPECT_TRUE(NextPacket(kLater));
  EXPECT_TRUE(sent_.push().leaving());
}

TEST_F(AFloodOfTwo, ANeighborThatLeftAndIsBackIsInSync) {
  Open(5, 0);
  EXPECT_TRUE(flood_.IsInSync(0));
  v1::Packet leaving;
  leaving.mutable_push()->set_leaving(true);
  ASSERT_TRUE(flood_.OnPacket(0, leaving, 0).ok());
  EXPECT_FALSE(flood_.IsInSync(0));
  flood_.Close(0);
  Open(6, 10 * kMs);
  flood_.Advance(10 * kMs);
  EXPECT_TRUE(flood_.IsInSync(0));
}

TEST_F(AFloodOfTwo, WhatOnlyACrashedNeighborHadIsNotHandedOver) {
  Open(5, 0);
  v1::Packet packet;
  v1::Ack& ack = *packet.mutable_ack();
  ack.add_origins()->set_server("Goloman");
  ack.mutable_origins(0)->set_start_ns(1);
  ack.add_eager(0);
  ASSERT_TRUE(flood_.OnPacket(0, packet, 0).ok());
  Report(store_, "kiwi", "5");
  flood_.Advance(0);
  v1::Packet sent;
  ASSERT_TRUE(flood_.NextPacket(0, 0, &sent));
  ASSERT_EQ(sent.push().ranges_size(), 1);
  packet.Clear();
  v1::Have* have = packet.mutable_ack()->add_vector();
  have->set_origin(0);
  have->set_through(1);
  packet.mutable_ack()->set_pushes(1);
  ASSERT_TRUE(flood_.OnPacket(0, packet, 0).ok());
  flood_.Close(0);
  flood_.Leave();
  flood_.Advance(kMs);
  EXPECT_FALSE(flood_.HasLeft());
}

TEST_F(AFloodOfTwo, WhatIsNewGoesWithAnAnswerThoughAPushIsUnderWay) {
  Open(5, 0);
  Want();
  v1::Packet packet;
  v1::Packet sent;
  Report(store_, "kiwi", "5");
  flood_.Advance(0);
  ASSERT_TRUE(flood_.NextPacket(0, 0, &sent));
  Report(store_, "plum", "5");
  flood_.Advance(0);
  EXPECT_FALSE(flood_.HandsOver(0));
  EXPECT_FALSE(flood_.NextPacket(0, 0, &sent));
  packet.Clear();
  packet.mutable_push();
  ASSERT_TRUE(flood_.OnPacket(0, packet, 0).ok());
  ASSERT_TRUE(flood_.NextPacket(0, 0, &sent));
  EXPECT_EQ(sent.ack().pushes(), 1u);
  EXPECT_EQ(sent.push().ranges_size(), 1);
}

TEST_F(AFloodOfTwo, AnEarlierAwaitedUpdateIsToldThoughALaterOneIsAwaitedToo) {
  Open(5, 0);
  const OriginIndex other = *store_.Intern({"Welsh", 9});
  v1::Packet packet;
  v1::Push& push = *packet.mutable_push();
  push.add_origins()->set_server("Welsh");
  push.mutable_origins(0)->set_start_ns(9);
  v1::Awaited* awaited = push.add_awaited();
  awaited->set_origin(0);
  awaited->set_through(5);
  awaited = push.add_awaited();
  awaited->set_origin(0);
  awaited->set_through(100);
  ASSERT_TRUE(flood_.OnPacket(0, packet, 0).ok());
  store_.Apply(other, 0, 1, {});
  flood_.Advance(0);
  v1::Packet sent;
  ASSERT_TRUE(flood_.NextPacket(0, 0, &sent));
  store_.Apply(other, 1, 5, {});
  flood_.Advance(kMs);
  EXPECT_TRUE(flood_.NextPacket(0, kMs, &sent));
  EXPECT_TRUE(sent.has_ack());
}

}  // namespace
}  // namespace herd::peer
