// Reports that servers got which flood nothing themselves, as another one relays them.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/state/store.h"

namespace herd {
namespace {

struct Told {
  Request::Kind kind = Request::Kind::kRelay;
  std::string client = "kiwi";
  std::string time = "5";
  std::string server = "Wilkes";
};

Store::Executed Tell(Store& store, const Told& told, Request::Kind* outcome = nullptr) {
  const FixText text{.position = "+34-118", .time = told.time};
  Request request{.kind = told.kind,
                  .client_id = told.client,
                  .fix = *ParseFix(text),
                  .text = text,
                  .skew = 7,
                  .server = told.server};
  Store::Executed executed = store.Execute(absl::MakeSpan(&request, 1), nullptr);
  if (outcome != nullptr) *outcome = request.kind;
  return executed;
}

Told AReport(std::string time) { return {.kind = Request::Kind::kReport, .time = std::move(time)}; }

// "Wilkes 7 5": who got the newest report, the difference, and the client's time.
std::string Find(Store& store) {
  Request request{.kind = Request::Kind::kLookup, .client_id = "kiwi"};
  std::vector<Sighting> sightings;
  store.Execute(absl::MakeSpan(&request, 1), &sightings);
  if (sightings.empty()) return "nothing";
  return sightings[0].server + " " + std::to_string(sightings[0].skew) + " " + sightings[0].time;
}

// All that `from` has of its own goes to `to`.
void Flood(const Store& from, Store& to) {
  struct Sent {
    std::string client;
    std::string server;
    Update update;
  };
  std::vector<Sent> sent;
  from.Collect(Store::kOwnOrigin, 0, [&](const Update& update) {
    sent.push_back({std::string(update.client_id), std::string(update.server), update});
    return true;
  });
  const OriginIndex origin = *to.Intern(from.Origin(Store::kOwnOrigin));
  for (Sent& each : sent) {
    each.update.client_id = each.client;
    each.update.server = each.server;
    to.Apply(origin, each.update.sequence - 1, each.update.sequence, {&each.update, 1});
  }
}

class ARelay : public ::testing::Test {
 protected:
  Store store_{{"Goloman", 100}, 2};
};

TEST_F(ARelay, IsKnownByTheServerThatGotTheReport) {
  EXPECT_EQ(Tell(store_, {}).relayed, 1u);
  EXPECT_EQ(Find(store_), "Wilkes 7 5");
}

TEST_F(ARelay, IsFloodedAsAnUpdateOfTheOneThatRelaysIt) {
  Tell(store_, {});
  Store other({"Hands", 1});
  Flood(store_, other);
  EXPECT_EQ(Find(other), "Wilkes 7 5");
  std::string server;
  other.Find("kiwi", [&](OriginIndex, const Update& update) { server = update.server; });
  EXPECT_EQ(server, "Wilkes");
}

TEST_F(ARelay, IsNothingThatAnybodyWaitsFor) { EXPECT_TRUE(Tell(store_, {}).reported.empty()); }

TEST_F(ARelay, ThatIsNotLaterChangesNothing) {
  Tell(store_, AReport("5"));
  EXPECT_EQ(Tell(store_, {.time = "5"}).relayed, 0u);
  EXPECT_EQ(Tell(store_, {.time = "4"}).relayed, 0u);
  EXPECT_EQ(Find(store_), "Goloman 7 5");
  EXPECT_EQ(Tell(store_, {.time = "5.000000001"}).relayed, 1u);
  EXPECT_EQ(Find(store_), "Wilkes 7 5.000000001");
}

TEST_F(ARelay, IsSupersededByAReport) {
  Tell(store_, {});
  Tell(store_, AReport("6"));
  EXPECT_EQ(Find(store_), "Goloman 7 6");
}

// As when both have the same text neighbour.
TEST_F(ARelay, OfTwoServersEndsAlikeOnBoth) {
  Store other({"Hands", 1});
  Tell(store_, {.server = "Wilkes"});
  Tell(other, {.server = "Welsh"});
  Flood(store_, other);
  Flood(other, store_);
  EXPECT_EQ(Find(store_), Find(other));
}

TEST_F(ARelay, OfWhatThisServerHadGotBeforeItsEndIsItsOwn) {
  Tell(store_, {.server = "Goloman"});
  std::string server = "?";
  store_.Find("kiwi", [&](OriginIndex, const Update& update) { server = update.server; });
  EXPECT_EQ(server, "");
  EXPECT_EQ(Find(store_), "Goloman 7 5");
}

TEST_F(ARelay, OfANewClientIsRefusedWhenThereAreEnough) {
  Tell(store_, {.client = "one"});
  Tell(store_, {.client = "two"});
  Request::Kind outcome;
  EXPECT_EQ(Tell(store_, {.client = "three"}, &outcome).refused, 1u);
  EXPECT_EQ(outcome, Request::Kind::kRefused);
  EXPECT_EQ(Tell(store_, {.client = "two", .time = "6"}, &outcome).relayed, 1u);
}

TEST_F(ARelay, OfAClientThatHasBeenForgottenComesTooLate) {
  store_.Forget(6 * kNanosPerSecond);
  EXPECT_EQ(Tell(store_, {.time = "5"}).relayed, 0u);
  EXPECT_EQ(store_.clients(), 0u);
  EXPECT_EQ(Tell(store_, {.time = "6"}).relayed, 1u);
}

TEST_F(ARelay, LeavesNoNameToWhoeverTakesItsPlace) {
  Tell(store_, {});
  store_.Forget(100 * kNanosPerSecond);
  ASSERT_EQ(store_.clients(), 0u);
  store_.Forget(0);
  Tell(store_, AReport("6"));
  EXPECT_EQ(Find(store_), "Goloman 7 6");
}

}  // namespace
}  // namespace herd
