// Neighbors that fall silent: for how long replies wait for them, and when they count as gone.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/herd/chaos/durations.h"
#include "tests/herd/chaos/network_herd.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using std::chrono::steady_clock;

// What herd-server waits for a neighbor in sync by default.
constexpr Milliseconds kBound{500};

class Silence : public NetworkHerdTest {
 protected:
  // How long Goloman takes to answer a report.
  Milliseconds Ask(TextClient* client) {
    const std::string iamat = Iamat("asker", absl::StrCat(1520023934 + ++asked_));
    const auto begin = steady_clock::now();
    EXPECT_TRUE(IsReplyTo(iamat, "Goloman", client->Ask(iamat)));
    return Since(begin);
  }

  v1::Neighbor GolomansView(const std::string& neighbor) {
    const v1::GetStatusResponse status = herd_.StatusOf("Goloman");
    const auto found = std::ranges::find(status.neighbors(), neighbor, &v1::Neighbor::server);
    EXPECT_NE(found, status.neighbors().end()) << neighbor;
    return found == status.neighbors().end() ? v1::Neighbor() : *found;
  }

  void StopAndMeasure() {
    herd_.Server("Hands").Stop();
    TextClient client(herd_.Door("Goloman"));
    const Milliseconds first = Ask(&client);
    EXPECT_FALSE(GolomansView("Hands").in_sync());
    Durations next;
    for (int i = 0; i < 200; ++i) next.Add(Ask(&client));
    std::cout << absl::StrFormat("the first reply after %.0f ms, the next: %s\n", first.count(),
                                 next.ToString());
    // It was in sync, so it was waited for; and no longer than it should be, but for a busy
    // machine.
    EXPECT_GT(first, kBound / 2);
    EXPECT_LT(first, kBound * 10);
    EXPECT_LT(next.Percentile(0.5), kBound / 2);
  }

  int asked_ = 0;
};

TEST_F(Silence, AStoppedNeighborDelaysRepliesUpToTheBoundThenNotAndIsWaitedForAgainLater) {
  StopAndMeasure();
  EXPECT_GE(GolomansView("Hands").times_late(), 1);
  herd_.Server("Hands").Continue();
  herd_.AwaitInSync();
  herd_.AwaitConverged();
  StopAndMeasure();
  EXPECT_GE(GolomansView("Hands").times_late(), 2);
  herd_.Server("Hands").Continue();
  herd_.AwaitInSync();
}

// Goloman answers a report that is older than one that Welsh has got, and for that too its
// neighbors have to know the newer one.
TEST_F(Silence, AStoppedNeighborDelaysTheReplyToAnOlderReportUpToTheBoundToo) {
  herd_.Server("Hands").Stop();
  TextClient welsh(herd_.Door("Welsh"));
  TextClient goloman(herd_.Door("Goloman"));
  const std::string newer = Iamat("mover", "1520023934.5");
  ASSERT_TRUE(IsReplyTo(newer, "Welsh", welsh.Ask(newer)));
  ASSERT_TRUE(Eventually([&] {
    if (goloman.Ask(Whatsat("mover", 0)).front() == '?') return false;
    while (goloman.ReadLine() != "\n") {
    }
    return true;
  }));
  const std::string older = Iamat("mover", "1520023934");
  const auto begin = steady_clock::now();
  EXPECT_TRUE(IsReplyTo(older, "Goloman", goloman.Ask(older)));
  const Milliseconds took = Since(begin);
  std::cout << absl::StrFormat("answered after %.0f ms\n", took.count());
  // Goloman would find out only after two seconds that Hands is gone.
  EXPECT_LT(took, kBound * 3);
  herd_.Server("Hands").Continue();
}

TEST_F(Silence, ANeighborThatVanishesIsFoundOutSoon) {
  if (!network_.is_real()) GTEST_SKIP() << "nobody can vanish here";
  Durations found;
  const std::vector<Edge> edges = EdgesOf(herd_.config());
  for (const auto& [one, other] : edges) network_.Break(one, other, Network::Fault::kDrop);
  const auto begin = steady_clock::now();
  for (const auto& [one, other] : edges) {
    AwaitLink(one, other, false);
    found.Add(Since(begin));
  }
  network_.HealAll();
  herd_.AwaitLinksUp();
  std::cout << "from the last packet until both ends know: " << found.ToString() << "\n";
  // Two seconds where the machine has nothing else to do.
  EXPECT_LT(found.Percentile(1), std::chrono::seconds(10));
}

// The old run's end never arrives, so that its streams are open still when the new one comes.
TEST_F(Silence, AServerThatComesBackIsLetInThoughItsOldStreamsHaveNotEnded) {
  if (!network_.is_real()) GTEST_SKIP() << "nobody can vanish here";
  Durations back;
  for (const auto& [one, other] : EdgesOf(herd_.config())) {
    Report(herd_.Names(), absl::StrCat("before-", one, other), 100, "1520023934");
    herd_.AwaitConverged();
    network_.Break(one, other, Network::Fault::kDrop);
    herd_.Kill(other);
    network_.Heal(one, other);
    const auto begin = steady_clock::now();
    herd_.Start(other);
    AwaitLink(one, other, true);
    herd_.AwaitConverged();
    back.Add(Since(begin));
  }
  std::cout << "from its start until it has everything again: " << back.ToString() << "\n";
}

}  // namespace
}  // namespace herd::test
