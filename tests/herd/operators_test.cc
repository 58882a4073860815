// What operators can ask of a running herd, and do to it.
#include <map>
#include <optional>
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

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFar[] = "+50+50";

class Operators : public testing::Test {
 protected:
  void Report(const std::string& server, const std::string& client, int seconds,
              const std::string& position = kPosition) {
    const std::string iamat = Iamat(client, absl::StrCat(seconds), position);
    EXPECT_TRUE(IsReplyTo(iamat, server, TextClient(herd_.Port(server)).Ask(iamat)));
  }

  // A call of that method, which says how it ended.
  template <typename Request, typename Response, typename Method>
  grpc::Status Call(const std::string& server, Method method, const Request& request,
                    Response* response) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(kPatienceMs));
    return ((*OperatorOf(herd_, server)).*method)(&context, request, response);
  }

  v1::Neighbor NeighborOf(const std::string& server, const std::string& name) {
    v1::ListNeighborsResponse response;
    EXPECT_TRUE(
        Call(server, &v1::Operator::Stub::ListNeighbors, v1::ListNeighborsRequest(), &response)
            .ok());
    for (const v1::Neighbor& neighbor : response.neighbors()) {
      if (neighbor.server() == name) return neighbor;
    }
    ADD_FAILURE() << server << " has no neighbor " << name;
    return {};
  }

  grpc::Status Disconnect(const std::string& server, const std::string& neighbor) {
    v1::DisconnectRequest request;
    request.set_neighbor(neighbor);
    v1::DisconnectResponse response;
    return Call(server, &v1::Operator::Stub::Disconnect, request, &response);
  }

  grpc::Status Reconnect(const std::string& server, const std::string& neighbor) {
    v1::ReconnectRequest request;
    request.set_neighbor(neighbor);
    v1::ReconnectResponse response;
    return Call(server, &v1::Operator::Stub::Reconnect, request, &response);
  }

  void AwaitLink(const std::string& server, const std::string& neighbor, bool up) {
    EXPECT_TRUE(Eventually([&] {
      const v1::Neighbor link = NeighborOf(server, neighbor);
      return link.inbound_up() == up && link.outbound_up() == up;
    })) << server
        << " - " << neighbor;
  }

  TestHerd herd_;
};

TEST_F(Operators, AreToldAllOfAServer) {
  herd_.StartAllLinked();
  Report("Goloman", "kiwi", 1);
  ASSERT_TRUE(Eventually([&] { return herd_.StatusOf("Goloman").ready(); }));
  const v1::GetStatusResponse status = herd_.StatusOf("Goloman");
  EXPECT_EQ(status.server(), "Goloman");
  EXPECT_EQ(status.clients(), 1);
  EXPECT_EQ(status.made_updates(), 1);
  EXPECT_GT(status.uptime_ns(), 0);
  EXPECT_GT(status.resident_bytes(), 1 << 20);
  EXPECT_GT(status.descriptor_limit(), 0);
  EXPECT_EQ(status.ack_mode(), v1::ACK_MODE_NEIGHBORS);
  EXPECT_FALSE(status.leaving());
  EXPECT_NE(status.digest(), 0);
  EXPECT_THAT(status.readiness(), HasSubstr("caught up with"));
  EXPECT_THAT(status.config().servers(),
              ElementsAre("Goloman", "Hands", "Holiday", "Wilkes", "Welsh"));
  EXPECT_THAT(status.config().neighbors(), ElementsAre("Hands", "Holiday", "Wilkes"));
  EXPECT_EQ(status.config().client_port(), herd_.Port("Goloman"));
  EXPECT_EQ(status.config().in_sync_bound_ns(), 500'000'000);
  EXPECT_EQ(status.config().log_level(), v1::LOG_LEVEL_INFO);
}

TEST_F(Operators, SeeEqualDigestsExactlyWhenTheMapsAreEqual) {
  herd_.StartAllLinked();
  const std::uint64_t empty = herd_.StatusOf("Goloman").digest();
  for (int i = 0; i < 100; ++i) Report("Goloman", absl::StrCat("kiwi-", i % 30), i);
  herd_.AwaitConverged();
  const std::uint64_t digest = herd_.StatusOf("Goloman").digest();
  EXPECT_NE(digest, empty);
  for (const v1::GetStatusResponse& status : herd_.GetStatus()) {
    EXPECT_EQ(status.digest(), digest) << status.server();
  }
}

TEST_F(Operators, SeeBothDirectionsOfALink) {
  herd_.StartAllLinked();
  Report("Goloman", "kiwi", 1);
  herd_.AwaitConverged();
  ASSERT_TRUE(Eventually([&] { return NeighborOf("Goloman", "Hands").lag_updates() == 0; }));
  const v1::Neighbor link = NeighborOf("Goloman", "Hands");
  EXPECT_TRUE(link.outbound_up() && link.inbound_up() && link.in_sync() && link.calls());
  EXPECT_FALSE(NeighborOf("Hands", "Goloman").calls());
  EXPECT_GT(link.outbound_since_at_ns(), 0);
  EXPECT_GT(link.inbound_since_at_ns(), 0);
  EXPECT_GT(link.in_sync_since_at_ns(), 0);
  EXPECT_GT(link.round_trip_ns(), 0);
  EXPECT_EQ(link.lag_ns(), 0);
  EXPECT_EQ(link.sent_updates(), 1);
  EXPECT_GT(link.sent_bytes(), 0);
  // What one counts as sent the other one does as received, apart from what is under way.
  EXPECT_TRUE(Eventually([&] {
    return NeighborOf("Goloman", "Hands").sent_bytes() ==
           NeighborOf("Hands", "Goloman").received_bytes();
  }));
  bool eager = false;
  for (const v1::LinkOrigin& origin : link.origins()) {
    if (origin.origin().server() != "Goloman") continue;
    EXPECT_EQ(origin.acknowledged(), 1);
    eager = origin.eager_outbound();
  }
  EXPECT_TRUE(eager);
}

TEST_F(Operators, FindClients) {
  herd_.StartAllLinked();
  Report("Goloman", "kiwi", 1);
  herd_.AwaitConverged();
  v1::GetClientRequest request;
  v1::GetClientResponse response;
  const auto method = &v1::Operator::Stub::GetClient;
  request.set_client_id("kiwi");
  ASSERT_TRUE(Call("Welsh", method, request, &response).ok());
  EXPECT_EQ(response.client().origin().server(), "Goloman");
  EXPECT_EQ(response.client().position(), kPosition);
  request.set_client_id_bytes("kiwi");
  EXPECT_TRUE(Call("Welsh", method, request, &response).ok());
  request.set_client_id("plum");
  EXPECT_EQ(Call("Welsh", method, request, &response).error_code(), grpc::StatusCode::NOT_FOUND);
  request.clear_client_id();
  EXPECT_EQ(Call("Welsh", method, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);

  v1::ListClientsResponse page;
  ASSERT_TRUE(
      Call("Welsh", &v1::Operator::Stub::ListClients, v1::ListClientsRequest(), &page).ok());
  ASSERT_EQ(page.clients_size(), 1);
  EXPECT_EQ(page.clients(0).client_id(), "kiwi");
  v1::ListClientsRequest bad;
  bad.set_page_token("x");
  EXPECT_EQ(Call("Welsh", &v1::Operator::Stub::ListClients, bad, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Operators, SetTheLogLevel) {
  herd_.Start("Goloman");
  v1::SetLogLevelRequest request;
  v1::SetLogLevelResponse response;
  const auto method = &v1::Operator::Stub::SetLogLevel;
  request.set_level(v1::LOG_LEVEL_ERROR);
  ASSERT_TRUE(Call("Goloman", method, request, &response).ok());
  EXPECT_EQ(response.previous(), v1::LOG_LEVEL_INFO);
  EXPECT_EQ(herd_.StatusOf("Goloman").config().log_level(), v1::LOG_LEVEL_ERROR);
  request.clear_level();
  EXPECT_EQ(Call("Goloman", method, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Operators, DisconnectAndReconnectALinkFromEitherEnd) {
  herd_.StartAllLinked();
  // Goloman calls Hands.
  for (const std::string end : {"Goloman", "Hands"}) {
    const std::string other = end == "Goloman" ? "Hands" : "Goloman";
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(Disconnect(end, other).ok());
      ASSERT_TRUE(Disconnect(end, other).ok());
      AwaitLink(end, other, false);
      AwaitLink(other, end, false);
      EXPECT_TRUE(NeighborOf(end, other).disconnected());
      EXPECT_FALSE(NeighborOf(other, end).disconnected());
      EXPECT_EQ(NeighborOf(end, other).last_error(), "disconnected by an operator");
      // The others carry what is reported meanwhile.
      Report("Goloman", "kiwi", 10 + i);
      herd_.AwaitConverged();
      ASSERT_TRUE(Reconnect(end, other).ok());
      ASSERT_TRUE(Reconnect(end, other).ok());
      AwaitLink(end, other, true);
      AwaitLink(other, end, true);
      EXPECT_FALSE(NeighborOf(end, other).disconnected());
    }
  }
  EXPECT_EQ(Disconnect("Goloman", "Welsh").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Reconnect("Goloman", "nobody").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(Operators, DrainAServer) {
  herd_.StartAllLinked();
  Report("Goloman", "kiwi", 1);
  v1::DrainResponse response;
  ASSERT_TRUE(Call("Goloman", &v1::Operator::Stub::Drain, v1::DrainRequest(), &response).ok());
  EXPECT_FALSE(response.already_leaving());
  EXPECT_EQ(herd_.Server("Goloman").Wait(), 0);
  EXPECT_THAT(herd_.Log("Goloman"), HasSubstr(") makes this server leave"));
  // The log is written out within a second.
  EXPECT_TRUE(Eventually(
      [&] { return herd_.Log("Hands").find("Goloman is leaving") != std::string::npos; }));
}

TEST_F(Operators, WatchAtWelshAClientMoveAtGoloman) {
  herd_.StartAllLinked();
  Watcher watcher(herd_, "Welsh", {});
  EXPECT_EQ(herd_.StatusOf("Welsh").watchers(), 1);
  Report("Goloman", "kiwi", 1);
  const std::optional<v1::ClientEvent> event = watcher.Next();
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->kind(), v1::ClientEvent::KIND_MOVED);
  EXPECT_EQ(event->client().client_id(), "kiwi");
  EXPECT_EQ(event->client().origin().server(), "Goloman");
  watcher.End();
  EXPECT_TRUE(Eventually([&] { return herd_.StatusOf("Welsh").watchers() == 0; }));
}

TEST_F(Operators, WatchAnAreaThatAClientCrossesAndSeeOneEnterAndOneLeave) {
  herd_.StartAllLinked();
  v1::WatchClientsRequest request;
  v1::Circle& circle = *request.mutable_area()->mutable_circle();
  circle.set_latitude(34);
  circle.set_longitude(-118);
  circle.set_radius_km(10);
  Watcher watcher(herd_, "Welsh", request);
  // From 33 to 35 degrees in steps of about a kilometre, at alternating servers.
  const auto walk = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      Report(i % 2 == 0 ? "Goloman" : "Wilkes", "kiwi", i,
             absl::StrCat("+", 33 + i / 100, ".", i / 10 % 10, i % 10, "-118"));
    }
  };
  std::map<v1::ClientEvent::Kind, int> events;
  const auto next = [&] {
    const auto event = watcher.Next();
    if (!event || event->client().client_id() == "last") return false;
    EXPECT_EQ(event->client().client_id(), "kiwi");
    ++events[event->kind()];
    return true;
  };
  walk(0, 100);
  // A watcher gets the newest of what it has not seen yet: so it is to see the client inside.
  while (events[v1::ClientEvent::KIND_ENTERED] == 0 && next()) {
  }
  walk(100, 200);
  Report("Goloman", "last", 1, "+34-118");
  while (next()) {
  }
  EXPECT_EQ(events[v1::ClientEvent::KIND_ENTERED], 1);
  EXPECT_EQ(events[v1::ClientEvent::KIND_LEFT], 1);
}

TEST_F(Operators, AreToldByTheServerThatItStops) {
  herd_.Start("Goloman");
  Watcher watcher(herd_, "Goloman", {});
  herd_.Terminate("Goloman");
  EXPECT_FALSE(watcher.Next().has_value());
  EXPECT_EQ(watcher.End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(Operators, AreRefusedAWatchOfNoArea) {
  herd_.Start("Goloman");
  v1::WatchClientsRequest request;
  request.mutable_area();
  EXPECT_EQ(Watcher(herd_, "Goloman", request).End().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Operators, AmongManyWatchersDoNotMindOneThatNeverReadsAndThatOneIsToldWhatItMissed) {
  constexpr int kReadersCount = 30;
  constexpr int kReports = 20'000;
  constexpr int kClients = 100;
  herd_.Start("Goloman");
  Watcher sleeper(herd_, "Goloman", {});
  std::vector<std::unique_ptr<Watcher>> readers;
  for (int i = 0; i < kReadersCount; ++i) {
    readers.push_back(std::make_unique<Watcher>(herd_, "Goloman", v1::WatchClientsRequest()));
  }
  TextClient client(herd_.Port("Goloman"));
  // More than what gRPC takes for a watcher that does not read.
  const std::string id(2000, 'x');
  for (int i = 0; i < kReports; i += kClients) {
    std::string lines;
    for (int j = 0; j < kClients; ++j) {
      absl::StrAppend(&lines, Iamat(absl::StrCat(id, j), absl::StrCat(i)), "\n");
    }
    client.Send(lines);
    client.ReadLines(kClients);
  }
  for (const auto& reader : readers) reader->ReadThrough(kReports);
  EXPECT_GT(sleeper.ReadThrough(kReports), 0);
}

}  // namespace
}  // namespace herd::test
