#include "tests/herd/chaos/network_herd.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/herd/harness/conversation.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/text.h"

namespace herd::test {
namespace {

constexpr std::size_t kConnectionsPerServer = 4;

}  // namespace

std::vector<std::string> DefaultNames() {
  std::vector<std::string> names;
  for (const auto& server : config::DefaultHerdConfig().servers) names.push_back(server.name);
  return names;
}

Deliveries DeliveriesTo(const v1::GetStatusResponse& status) {
  Deliveries all;
  for (const v1::Neighbor& neighbor : status.neighbors()) {
    all.updates += neighbor.received_updates();
    all.duplicates += neighbor.duplicate_updates();
    all.repairs += neighbor.repairs();
  }
  return all;
}

NetworkHerdTest::NetworkHerdTest() {
  herd_.StartAllLinked();
  herd_.AwaitInSync();
}

std::map<std::string, int> NetworkHerdTest::Report(const std::vector<std::string>& servers,
                                                   const std::string& prefix, int count,
                                                   const std::string& time) {
  std::vector<Conversation> conversations;
  for (std::size_t i = 0; i < servers.size() * kConnectionsPerServer; ++i) {
    const client::Endpoint door = herd_.Door(servers[i % servers.size()]);
    conversations.push_back({.host = door.host, .port = door.port});
  }
  std::map<std::string, int> counts;
  for (int i = 0; i < count; ++i) {
    const std::size_t chosen = random_() % conversations.size();
    conversations[chosen].input += Iamat(absl::StrCat(prefix, "-", i), time) + "\n";
    ++counts[servers[chosen % servers.size()]];
  }
  HaveAll(&conversations);
  std::ptrdiff_t replies = 0;
  for (const Conversation& conversation : conversations) {
    EXPECT_TRUE(conversation.ended) << conversation.host;
    replies += std::ranges::count(conversation.output, '\n');
  }
  EXPECT_EQ(replies, count);
  return counts;
}

Deliveries NetworkHerdTest::AllDeliveries() {
  Deliveries all;
  for (const v1::GetStatusResponse& status : herd_.GetStatus()) {
    const Deliveries to = DeliveriesTo(status);
    all.updates += to.updates;
    all.duplicates += to.duplicates;
    all.repairs += to.repairs;
  }
  return all;
}

bool NetworkHerdTest::Sees(const std::string& server, const std::string& neighbor, bool up) {
  if (!herd_.Runs(server)) return true;
  const v1::GetStatusResponse status = herd_.StatusOf(server);
  return std::ranges::any_of(status.neighbors(), [&](const v1::Neighbor& of) {
    return of.server() == neighbor && of.outbound_up() == up && of.inbound_up() == up;
  });
}

bool NetworkHerdTest::AwaitLink(const std::string& one, const std::string& other, bool up) {
  const bool is = Eventually([&] { return Sees(one, other, up) && Sees(other, one, up); });
  EXPECT_TRUE(is) << "the link between " << one << " and " << other << " does not go "
                  << (up ? "up" : "down");
  return is;
}

}  // namespace herd::test
