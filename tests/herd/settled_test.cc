// The settled herd: each server gets each update once, over whatever links and servers are left;
// unless one is starved so long that another takes its place, which it counts.
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "server/peer/outbound_link.h"
#include "tests/herd/chaos/network_herd.h"

namespace herd::test {
namespace {

constexpr int kMany = 100'000;
constexpr int kSome = 1000;
// What a repair makes come twice, at most: all that may be under way on a link.
constexpr std::uint64_t kPerRepair =
    peer::OutboundLink::kMaxPushesUnderWay * peer::OutboundLink::kMaxUpdatesPerPush;

class Settled : public NetworkHerdTest {
 protected:
  Servers All() const {
    const std::vector<std::string> names = herd_.Names();
    return {names.begin(), names.end()};
  }

  // Each of these servers gets some reports, so that the trees grow over what is left.
  void Settle(const std::vector<std::string>& servers) {
    Report(servers, absl::StrCat("settler-", ++settlers_), 50, "1520023934");
    herd_.AwaitConverged(servers);
  }

  // Reports of that many clients, and what these servers got for them: each once, and no more.
  void ExpectOnce(const std::vector<std::string>& servers, int count, const std::string& when) {
    Settle(servers);
    const Deliveries before = AllDeliveries();
    Report(servers, absl::StrCat("of-", ++settlers_), count, "1520023934.5");
    herd_.AwaitConverged(servers);
    const Deliveries got = AllDeliveries() - before;
    std::cout << absl::StrFormat(
        "%s: %.3f deliveries for each of %d updates, %d duplicates, %d repairs\n", when,
        static_cast<double>(got.updates) / count, count, got.duplicates, got.repairs);
    EXPECT_EQ(got.updates - got.duplicates,
              static_cast<std::uint64_t>(count) * (servers.size() - 1))
        << when;
    EXPECT_LE(got.duplicates, got.repairs * kPerRepair) << when;
  }

  // The same of each group of servers that hang together over these edges.
  void ExpectOnceInEachComponent(const Servers& servers, const std::vector<Edge>& edges,
                                 const std::string& when) {
    for (const Servers& component : Components(servers, edges)) {
      ExpectOnce({component.begin(), component.end()}, kSome,
                 absl::StrCat(when, ", ", component.size(), " servers"));
    }
  }

  int settlers_ = 0;
};

TEST_F(Settled, EachServerGetsEachOf100000UpdatesOnce) {
  ExpectOnce(herd_.Names(), kMany, "all well");
}

TEST_F(Settled, WhicheverLinkIsCutEachServerThatIsLeftGetsEachUpdateOnce) {
  if (!network_.is_real()) GTEST_SKIP() << "no link can be cut here";
  const Servers all = All();
  const std::vector<Edge> edges = EdgesOf(herd_.config());
  for (const Edge& cut : edges) {
    const auto& [one, other] = cut;
    const auto fault = random_() % 2 == 0 ? Network::Fault::kDrop : Network::Fault::kRefuse;
    network_.Break(one, other, fault);
    AwaitLink(one, other, false);
    std::vector<Edge> left = edges;
    std::erase(left, cut);
    ExpectOnceInEachComponent(all, left, absl::StrCat("without ", one, " - ", other));
    network_.Heal(one, other);
    AwaitLink(one, other, true);
    herd_.AwaitConverged();
    ExpectOnce(herd_.Names(), kSome, absl::StrCat(one, " - ", other, " mended"));
  }
}

TEST_F(Settled, WhicheverServerIsKilledEachOneThatIsLeftGetsEachUpdateOnce) {
  const std::vector<Edge> edges = EdgesOf(herd_.config());
  for (const std::string& killed : herd_.Names()) {
    herd_.Kill(killed);
    for (const std::string& neighbor : herd_.config().Find(killed)->neighbors) {
      AwaitLink(neighbor, killed, false);
    }
    Servers left = All();
    left.erase(killed);
    ExpectOnceInEachComponent(left, edges, absl::StrCat("without ", killed));
    herd_.Start(killed);
    herd_.AwaitLinksUp();
    herd_.AwaitConverged();
    ExpectOnce(herd_.Names(), kSome, absl::StrCat(killed, " back"));
  }
}

}  // namespace
}  // namespace herd::test
