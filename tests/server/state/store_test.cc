#include "server/state/store.h"

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "server/state/expiry.h"

namespace herd {
namespace {

constexpr const char* kHere = "+34.068930-118.445127";
constexpr const char* kThere = "+35.0-119.0";

// Fields that must outlive the update.
struct Text {
  std::string client_id;
  std::string position;
  std::string time;

  Update At(Sequence sequence) const {
    const FixText text{.position = position, .time = time};
    return {.client_id = client_id, .sequence = sequence, .fix = *ParseFix(text), .text = text};
  }
};

std::size_t Report(Store& store, const Text& text, Nanos skew = 0) {
  const Update update = text.At(0);
  Request request{.kind = Request::Kind::kReport,
                  .client_id = update.client_id,
                  .fix = update.fix,
                  .text = update.text,
                  .skew = skew};
  return store.Execute(absl::MakeSpan(&request, 1), nullptr).updates;
}

// "Goloman 5 +34-118 1.5", or "" for an unknown client.
std::string Lookup(Store& store, const std::string& client_id) {
  Request request{.kind = Request::Kind::kLookup, .client_id = client_id};
  std::vector<Sighting> sightings;
  store.Execute(absl::MakeSpan(&request, 1), &sightings);
  if (request.sighting == Request::kUnknownClient) return "";
  const Sighting& sighting = sightings.at(static_cast<std::size_t>(request.sighting));
  return sighting.server + " " + std::to_string(sighting.skew) + " " + sighting.position + " " +
         sighting.time;
}

Sequence Through(const Store& store, OriginIndex origin) {
  VersionVector vector;
  store.ReadVector(&vector);
  return vector.at(origin);
}

// "3:kiwi 5:plum through 6"
std::string Collect(const Store& store, OriginIndex origin, Sequence after, int most = 1000) {
  std::string visited;
  const Sequence through = store.Collect(origin, after, [&](const Update& update) {
    visited += std::to_string(update.sequence) + ":" + std::string(update.client_id) + " ";
    return --most > 0;
  });
  return visited + "through " + std::to_string(through);
}

class StoreTest : public ::testing::Test {
 protected:
  Store store_{{"Goloman", 100}};
};

using TheStore = StoreTest;

TEST_F(TheStore, KnowsNobodyAtFirst) {
  EXPECT_EQ(Lookup(store_, "kiwi"), "");
  EXPECT_EQ(store_.clients(), 0u);
  EXPECT_EQ(store_.origins(), 1u);
  EXPECT_EQ(store_.Origin(Store::kOwnOrigin), (OriginId{"Goloman", 100}));
}

TEST_F(TheStore, AnswersALookupOfTheSameBatchThatStandsBehindTheReport) {
  const Text text{"kiwi", kHere, "1.5"};
  const Update update = text.At(0);
  std::vector<Request> batch = {{.kind = Request::Kind::kLookup, .client_id = "kiwi"},
                                {.kind = Request::Kind::kReport,
                                 .client_id = "kiwi",
                                 .fix = update.fix,
                                 .text = update.text,
                                 .skew = 7},
                                {.kind = Request::Kind::kNone},
                                {.kind = Request::Kind::kLookup, .client_id = "kiwi"}};
  std::vector<Sighting> sightings;
  EXPECT_EQ(store_.Execute(absl::MakeSpan(batch), &sightings).updates, 1u);
  EXPECT_EQ(batch[0].sighting, Request::kUnknownClient);
  ASSERT_EQ(batch[3].sighting, 0);
  EXPECT_EQ(sightings[0].server, "Goloman");
  EXPECT_EQ(sightings[0].skew, 7);
  EXPECT_EQ(sightings[0].position, kHere);
}

TEST_F(TheStore, ExecutesABatchOfAnySizeInItsOrder) {
  constexpr std::size_t kReports = 1000;
  std::vector<Text> texts;
  for (std::size_t i = 0; i < kReports; ++i) texts.push_back({"kiwi", kHere, std::to_string(i)});
  std::vector<Request> batch;
  for (const Text& text : texts) {
    const Update update = text.At(0);
    batch.push_back({.kind = Request::Kind::kReport, .client_id = "kiwi", .fix = update.fix});
    batch.push_back({.kind = Request::Kind::kLookup, .client_id = "kiwi"});
  }
  std::vector<Sighting> sightings;
  EXPECT_EQ(store_.Execute(absl::MakeSpan(batch), &sightings).updates, kReports);
  ASSERT_EQ(sightings.size(), kReports);
  for (std::size_t i = 0; i < kReports; ++i) EXPECT_EQ(sightings[i].time, std::to_string(i));
}

TEST_F(TheStore, KeepsTheNewestReport) {
  EXPECT_EQ(Report(store_, {"kiwi", kHere, "5"}), 1u);
  EXPECT_EQ(Report(store_, {"kiwi", kThere, "5.000000001"}), 1u);
  EXPECT_EQ(Lookup(store_, "kiwi"), "Goloman 0 +35.0-119.0 5.000000001");
}

TEST_F(TheStore, IsNotChangedByAnOlderReport) {
  Report(store_, {"kiwi", kHere, "5"}, 1);
  EXPECT_EQ(Report(store_, {"kiwi", kThere, "4.999999999"}, 2), 0u);
  EXPECT_EQ(Lookup(store_, "kiwi"), "Goloman 1 +34.068930-118.445127 5");
  EXPECT_EQ(Through(store_, Store::kOwnOrigin), 1u);
}

TEST_F(TheStore, IsNotChangedByTheSameReportAgain) {
  for (const char* time : {"5", "5.0000000001"}) {  // the second is kept as text
    const Text text{std::string("kiwi") + time, kHere, time};
    EXPECT_EQ(Report(store_, text, 1), 1u);
    EXPECT_EQ(Report(store_, text, 999), 0u);
    EXPECT_EQ(Lookup(store_, text.client_id), "Goloman 1 +34.068930-118.445127 " + text.time);
  }
}

TEST_F(TheStore, TakesAnotherPositionAtTheSameTimeAsTheLaterOne) {
  Report(store_, {"kiwi", kHere, "5"});
  EXPECT_EQ(Report(store_, {"kiwi", kThere, "5"}), 1u);
  EXPECT_EQ(Lookup(store_, "kiwi"), "Goloman 0 +35.0-119.0 5");
}

TEST_F(TheStore, GivesBackTheTextByteForByte) {
  const std::string zeros(3000, '0');
  for (const std::string position :
       {"-0.0+0.0", "+007.50-0118", "+34.06893012345678901234-118", "+90.0-180.000"}) {
    for (const std::string& time :
         {std::string("0001.10"), "7." + zeros, zeros + "7", std::string("0")}) {
      const std::string id = position + "@" + time;
      Report(store_, {id, position, time}, -5);
      EXPECT_EQ(Lookup(store_, id), "Goloman -5 " + position + " " + time);
    }
  }
}

TEST_F(TheStore, TellsIdsOfAllLengthsApart) {
  for (const std::size_t size : {1, 2, 23, 24, 25, 26, 8000, 8192}) {
    Report(store_, {std::string(size, 'x'), kHere, std::to_string(size)});
  }
  EXPECT_EQ(store_.clients(), 8u);
  for (const std::size_t size : {1, 2, 23, 24, 25, 26, 8000, 8192}) {
    EXPECT_EQ(Lookup(store_, std::string(size, 'x')),
              "Goloman 0 +34.068930-118.445127 " + std::to_string(size));
  }
  EXPECT_EQ(Lookup(store_, std::string(8001, 'x')), "");
}

TEST_F(TheStore, CountsOriginsOnce) {
  const auto hands = store_.Intern({"Hands", 5});
  ASSERT_TRUE(hands);
  EXPECT_EQ(store_.Intern({"Hands", 5}), hands);
  EXPECT_NE(store_.Intern({"Hands", 6}), hands);
  EXPECT_EQ(store_.Intern({"Goloman", 100}), Store::kOwnOrigin);
  EXPECT_EQ(store_.origins(), 3u);
  EXPECT_EQ(store_.Origin(*hands), (OriginId{"Hands", 5}));
}

TEST_F(TheStore, SaysWhenThereAreMoreOriginsThanItCanCount) {
  for (std::uint64_t run = 1; run <= 65535; ++run) ASSERT_TRUE(store_.Intern({"Hands", run}));
  EXPECT_FALSE(store_.Intern({"Hands", 65536}));
  EXPECT_EQ(store_.Intern({"Hands", 65535}), 65535);
}

class RemoteUpdates : public StoreTest {
 protected:
  const OriginIndex hands_ = *store_.Intern({"Hands", 5});
  const OriginIndex wilkes_ = *store_.Intern({"Wilkes", 5});
  const Text kiwi_{"kiwi", kHere, "5"};
  const Text plum_{"plum", kThere, "6"};
};

TEST_F(RemoteUpdates, AreWhatALookupSees) {
  const Update update = kiwi_.At(1);
  const Store::Applied applied = store_.Apply(hands_, 0, 1, {&update, 1});
  EXPECT_FALSE(applied.gap);
  EXPECT_EQ(applied.through, 1u);
  EXPECT_EQ(applied.duplicates, 0u);
  EXPECT_EQ(Lookup(store_, "kiwi"), "Hands 0 +34.068930-118.445127 5");
}

TEST_F(RemoteUpdates, BehindAGapChangeNothing) {
  const Update update = kiwi_.At(3);
  const Store::Applied applied = store_.Apply(hands_, 2, 3, {&update, 1});
  EXPECT_TRUE(applied.gap);
  EXPECT_EQ(applied.through, 0u);
  EXPECT_EQ(Through(store_, hands_), 0u);
  EXPECT_EQ(Lookup(store_, "kiwi"), "");
}

TEST_F(RemoteUpdates, ThatAreKnownArePassedOver) {
  const std::vector<Update> updates = {kiwi_.At(2), plum_.At(5)};
  store_.Apply(hands_, 0, 2, {updates.data(), 1});
  const Store::Applied overlapping = store_.Apply(hands_, 1, 6, updates);
  EXPECT_EQ(overlapping.duplicates, 1u);
  EXPECT_EQ(overlapping.through, 6u);
  const Store::Applied again = store_.Apply(hands_, 0, 5, updates);
  EXPECT_EQ(again.duplicates, 2u);
  EXPECT_EQ(again.through, 6u);
  EXPECT_EQ(Collect(store_, hands_, 0), "2:kiwi 5:plum through 6");
}

TEST_F(RemoteUpdates, OfARangeWithoutAnyAdvanceTheVector) {
  EXPECT_EQ(store_.Apply(hands_, 0, 9, {}).through, 9u);
  EXPECT_EQ(Through(store_, hands_), 9u);
  EXPECT_EQ(store_.Apply(hands_, 3, 7, {}).through, 9u);
  EXPECT_EQ(Collect(store_, hands_, 0), "through 9");
}

TEST_F(RemoteUpdates, ThatAreOlderAdvanceTheVectorButChangeNoRecord) {
  Report(store_, {"kiwi", kThere, "7"});
  const Update update = kiwi_.At(1);
  EXPECT_EQ(store_.Apply(hands_, 0, 1, {&update, 1}).through, 1u);
  EXPECT_EQ(Lookup(store_, "kiwi"), "Goloman 0 +35.0-119.0 7");
  EXPECT_EQ(Collect(store_, hands_, 0), "through 1");
}

TEST_F(RemoteUpdates, OfThisRunCannotGoBeyondWhatItHasMade) {
  Report(store_, {"kiwi", kThere, "7"});
  const Update update = plum_.At(2);
  EXPECT_TRUE(store_.Apply(Store::kOwnOrigin, 1, 2, {&update, 1}).beyond_own);
  EXPECT_TRUE(store_.Apply(Store::kOwnOrigin, 5, 9, {}).beyond_own);
  EXPECT_EQ(Through(store_, Store::kOwnOrigin), 1u);
  EXPECT_EQ(Lookup(store_, "plum"), "");
  const Store::Applied own = store_.Apply(Store::kOwnOrigin, 0, 1, {});
  EXPECT_FALSE(own.beyond_own);
  EXPECT_EQ(own.through, 1u);
}

TEST_F(RemoteUpdates, OfAnOlderRunOfThisServerAreTakenLikeAnyOther) {
  const OriginIndex older = *store_.Intern({"Goloman", 99});
  const Update update = kiwi_.At(4);
  EXPECT_EQ(store_.Apply(older, 0, 4, {&update, 1}).through, 4u);
  EXPECT_EQ(Lookup(store_, "kiwi"), "Goloman 0 +34.068930-118.445127 5");
}

TEST_F(RemoteUpdates, LeaveTheLogOfAnOriginThatTheySupersede) {
  const Update first = kiwi_.At(1);
  store_.Apply(hands_, 0, 1, {&first, 1});
  const Text newer{"kiwi", kThere, "6"};
  const Update second = newer.At(1);
  store_.Apply(wilkes_, 0, 1, {&second, 1});
  EXPECT_EQ(Collect(store_, hands_, 0), "through 1");
  EXPECT_EQ(Collect(store_, wilkes_, 0), "1:kiwi through 1");
}

TEST_F(RemoteUpdates, AreCollectedInPiecesThatGoOnWhereTheLastOneEnded) {
  std::vector<Text> texts;
  for (int i = 0; i < 200; ++i) texts.push_back({"phone" + std::to_string(i), kHere, "5"});
  std::vector<Update> updates;
  for (std::size_t i = 0; i < texts.size(); ++i) updates.push_back(texts[i].At(2 * i + 1));
  store_.Apply(hands_, 0, 1000, updates);
  EXPECT_EQ(Collect(store_, hands_, 0, 1), "1:phone0 through 1");
  EXPECT_EQ(Collect(store_, hands_, 1, 2), "3:phone1 5:phone2 through 5");
  EXPECT_EQ(Collect(store_, hands_, 396), "397:phone198 399:phone199 through 1000");
  EXPECT_EQ(Collect(store_, hands_, 399), "through 1000");
  EXPECT_EQ(Collect(store_, hands_, 1000), "through 1000");
}

TEST(AStoreUsedByManyThreads, LosesNothing) {
  constexpr int kThreads = 4;
  constexpr int kReports = 2000;
  Store store({"Goloman", 1});
  const OriginIndex hands = *store.Intern({"Hands", 1});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&store, thread] {
      for (int i = 0; i < kReports; ++i) {
        Report(store, {std::to_string(thread) + "/" + std::to_string(i), kHere, "5"});
      }
    });
  }
  threads.emplace_back([&store, hands] {
    for (int i = 1; i <= kReports; ++i) {
      const Text text{"remote" + std::to_string(i), kHere, "5"};
      const Update update = text.At(static_cast<Sequence>(i));
      store.Apply(hands, update.sequence - 1, update.sequence, {&update, 1});
    }
  });
  // A neighbour that follows.
  Sequence through = 0;
  std::size_t followed = 0;
  while (through < kThreads * kReports) {
    through = store.Collect(Store::kOwnOrigin, through, [&](const Update&) {
      ++followed;
      return true;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(followed, static_cast<std::size_t>(kThreads * kReports));
  EXPECT_EQ(store.clients(), static_cast<std::size_t>((kThreads + 1) * kReports));
  EXPECT_EQ(Through(store, hands), static_cast<Sequence>(kReports));
}

struct TieBreak {
  const char* rule;
  OriginId lesser;
  OriginId greater;
};

TEST(EqualClientTimes, AreSettledAlikeAtAllStoresWhateverArrivesFirst) {
  const TieBreak ties[] = {
      {"by the server's name", {"Goloman", 9}, {"Hands", 1}},
      {"by the server's name as bytes", {"Zulu", 9}, {"alpha", 1}},
      {"by the longer name", {"Hand", 9}, {"Hands", 1}},
      {"by the later run", {"Hands", 1}, {"Hands", 2}},
  };
  const Text here{"kiwi", kHere, "5"};
  const Text there{"kiwi", kThere, "5"};
  for (const TieBreak& tie : ties) {
    for (const bool lesser_first : {true, false}) {
      Store store({"Welsh", 1});
      const Update lesser = here.At(9);
      const Update greater = there.At(1);
      const OriginIndex a = *store.Intern(tie.lesser);
      const OriginIndex b = *store.Intern(tie.greater);
      if (lesser_first) store.Apply(a, 0, 9, {&lesser, 1});
      store.Apply(b, 0, 1, {&greater, 1});
      store.Apply(a, 0, 9, {&lesser, 1});
      EXPECT_EQ(Lookup(store, "kiwi"), tie.greater.server + " 0 +35.0-119.0 5") << tie.rule;
    }
  }
}

// "0:kiwi 1:plum end 2"
std::string Scan(const Store& store, Slot from, std::size_t count) {
  std::string visited;
  const Slot end = store.Scan(from, count, [&](Slot slot, OriginIndex, const Update& update) {
    visited += std::to_string(slot) + ":" + std::string(update.client_id) + " ";
  });
  return visited + "end " + std::to_string(end);
}

TEST_F(TheStore, IsScannedSlotBySlotInTheOrderInWhichItGotToKnowClients) {
  EXPECT_EQ(Scan(store_, 0, 10), "end 0");
  for (const char* id : {"kiwi", "plum", "pear"}) Report(store_, {id, kHere, "1"});
  Report(store_, {"kiwi", kThere, "2"});
  EXPECT_EQ(Scan(store_, 0, 2), "0:kiwi 1:plum end 2");
  EXPECT_EQ(Scan(store_, 2, 2), "2:pear end 3");
  EXPECT_EQ(Scan(store_, 3, 2), "end 3");
  EXPECT_EQ(Scan(store_, 99, 2), "end 99");
}

TEST_F(TheStore, FindsAClientsRecord) {
  Report(store_, {"kiwi", kHere, "1"});
  Sequence sequence = 0;
  EXPECT_TRUE(store_.Find("kiwi", [&](OriginIndex origin, const Update& update) {
    EXPECT_EQ(origin, Store::kOwnOrigin);
    sequence = update.sequence;
  }));
  EXPECT_EQ(sequence, 1);
  EXPECT_FALSE(store_.Find("plum", [](OriginIndex, const Update&) { FAIL(); }));
}

TEST_F(TheStore, CountsRepairsThatChangeTheMap) {
  const Text kiwi{"kiwi", kHere, "1"};
  const Update update = kiwi.At(1);
  const OriginIndex hands = *store_.Intern({"Hands", 1});
  store_.Apply(hands, 0, 1, {});
  EXPECT_EQ(store_.repaired(), 0u);
  store_.Repair(hands, 0, 1, {&update, 1});
  EXPECT_EQ(store_.repaired(), 1u);
  store_.Repair(hands, 0, 1, {&update, 1});
  EXPECT_EQ(store_.repaired(), 1u);
}

TEST(EqualClientTimes, AtOneOriginAreSettledByTheNumber) {
  Store store({"Welsh", 1});
  const OriginIndex hands = *store.Intern({"Hands", 1});
  const Text here{"kiwi", kHere, "5"};
  const Text there{"kiwi", kThere, "5"};
  const std::vector<Update> updates = {here.At(1), there.At(2)};
  store.Apply(hands, 0, 2, updates);
  EXPECT_EQ(Lookup(store, "kiwi"), "Hands 0 +35.0-119.0 5");
}

TEST(EqualClientTimes, ReportedAtTwoServersEndTheSameOnBoth) {
  Store goloman({"Goloman", 2});
  Store hands({"Hands", 1});
  const Text here{"kiwi", kHere, "5"};
  const Text there{"kiwi", kThere, "5"};
  Report(goloman, here);
  Report(hands, there);
  const Update at_goloman = here.At(1);
  const Update at_hands = there.At(1);
  goloman.Apply(*goloman.Intern({"Hands", 1}), 0, 1, {&at_hands, 1});
  hands.Apply(*hands.Intern({"Goloman", 2}), 0, 1, {&at_goloman, 1});
  EXPECT_EQ(Lookup(goloman, "kiwi"), "Hands 0 +35.0-119.0 5");
  EXPECT_EQ(Lookup(hands, "kiwi"), "Hands 0 +35.0-119.0 5");
}

TEST(ClientTimesANanosecondApart, EndTheSameOnBothServers) {
  Store goloman({"Goloman", 2});
  Store hands({"Hands", 1});
  const Text newer{"kiwi", kHere, "5.000000002"};
  const Text older{"kiwi", kThere, "5.000000001"};
  Report(goloman, newer);
  Report(hands, older);
  const Update at_goloman = newer.At(1);
  const Update at_hands = older.At(1);
  goloman.Apply(*goloman.Intern({"Hands", 1}), 0, 1, {&at_hands, 1});
  hands.Apply(*hands.Intern({"Goloman", 2}), 0, 1, {&at_goloman, 1});
  EXPECT_EQ(Lookup(goloman, "kiwi"), Lookup(hands, "kiwi"));
  EXPECT_EQ(Lookup(hands, "kiwi"), "Goloman 0 +34.068930-118.445127 5.000000002");
}

TEST(ARetry, AtAnotherServerThatHasTheReportAlreadyChangesNothing) {
  Store hands({"Hands", 1});
  const Text text{"kiwi", kHere, "5"};
  const Update update = text.At(1);
  hands.Apply(*hands.Intern({"Goloman", 2}), 0, 1, {&update, 1});
  EXPECT_EQ(Report(hands, text), 0u);
  EXPECT_EQ(Lookup(hands, "kiwi"), "Goloman 0 +34.068930-118.445127 5");
}

constexpr Nanos kSecond = kNanosPerSecond;

MapDigest Digest(const Store& store) {
  VersionVector vector;
  MapDigest digest;
  store.ReadVector(&vector, &digest);
  return digest;
}

TEST(ForgettingClients, LeavesThoseWhoWereHeardOfSince) {
  Store store({"Goloman", 1});
  Report(store, {"old", kHere, "5"});
  Report(store, {"late", kHere, "5"}, 3 * kSecond);
  Report(store, {"new", kHere, "9"});
  EXPECT_EQ(store.Forget(8 * kSecond), 1u);
  EXPECT_EQ(Lookup(store, "old"), "");
  EXPECT_NE(Lookup(store, "late"), "");
  EXPECT_NE(Lookup(store, "new"), "");
  EXPECT_EQ(store.clients(), 2u);
  EXPECT_EQ(store.forgotten(), 1u);
  EXPECT_EQ(Collect(store, Store::kOwnOrigin, 0), "2:late 3:new through 3");
}

TEST(ForgettingClients, LeavesTheMapAsIfTheyHadNeverBeenThere) {
  Store store({"Goloman", 1});
  Store other({"Goloman", 1});
  Report(store, {"old", kHere, "5"});
  Report(other, {"one", kHere, "5"});
  Report(store, {"new", kThere, "9"});
  Report(other, {"new", kThere, "9"});
  store.Forget(6 * kSecond);
  other.Forget(6 * kSecond);
  EXPECT_EQ(Digest(store), Digest(other));
  EXPECT_EQ(Digest(store).forgotten_before, 6 * kSecond);
  EXPECT_EQ(Digest(store).sum, DigestOf(HashOrigin({"Goloman", 1}), 2));
}

TEST(ForgettingClients, GivesTheirPlacesToNewOnes) {
  Store store({"Goloman", 1});
  const std::string long_id(100, 'x');
  for (int round = 1; round < 20; ++round) {
    for (int i = 0; i < 3000; ++i) {
      const std::string id = long_id + std::to_string(round) + "-" + std::to_string(i);
      Report(store, {id, i % 2 == 0 ? kHere : "+034.0000000000000001-118", std::to_string(round)});
    }
    ASSERT_EQ(store.clients(), 3000u);
    ASSERT_EQ(store.Forget((round + 1) * kSecond), 3000u);
  }
  EXPECT_EQ(store.slots(), 3000u);
  EXPECT_EQ(Digest(store).sum, 0u);
  EXPECT_LE(store.log_length(), 2 * UpdateLog::kBlockEntries);
}

TEST(AForgottenClient, MayComeBackWithAnyTime) {
  Store store({"Goloman", 1});
  Report(store, {"kiwi", kHere, "5"});
  store.Forget(6 * kSecond);
  EXPECT_EQ(Report(store, {"kiwi", kThere, "3"}, 9 * kSecond), 1u);
  EXPECT_EQ(Lookup(store, "kiwi"), "Goloman 9000000000 +35.0-119.0 3");
}

TEST(AForgottenClient, CountsNoMoreAmongThoseThatMayBeKnown) {
  Store store({"Goloman", 1}, 1);
  Report(store, {"kiwi", kHere, "5"});
  EXPECT_EQ(Report(store, {"plum", kHere, "9"}), 0u);
  store.Forget(6 * kSecond);
  EXPECT_EQ(Report(store, {"plum", kHere, "9"}), 1u);
}

TEST(AnUpdateThatComesTooLate, IsHadAndNotKept) {
  Store store({"Goloman", 1});
  store.Forget(6 * kSecond);
  const OriginIndex hands = *store.Intern({"Hands", 1});
  const Text old{"kiwi", kHere, "5"};
  const Text fresh{"plum", kHere, "6"};
  const std::vector<Update> updates = {old.At(1), fresh.At(2)};
  EXPECT_EQ(store.Apply(hands, 0, 2, updates).through, 2u);
  EXPECT_EQ(Lookup(store, "kiwi"), "");
  EXPECT_NE(Lookup(store, "plum"), "");
  // The clock has been set back, or somebody wants nobody to be forgotten.
  store.Forget(0);
  store.Repair(hands, 0, 2, updates);
  EXPECT_NE(Lookup(store, "kiwi"), "");
}

// A clock that was ahead forgets too early; when it is set right, a neighbour brings all back.
TEST(AForgottenClient, ThatARepairBringsBackIsInTheLogOnce) {
  for (const int clients : {1, 3, 3000}) {
    Store store({"Goloman", 1});
    const OriginIndex hands = *store.Intern({"Hands", 1});
    std::vector<Text> texts;
    for (int i = 0; i < clients; ++i) texts.push_back({"client-" + std::to_string(i), kHere, "5"});
    std::vector<Update> updates;
    for (int i = 0; i < clients; ++i) updates.push_back(texts[i].At(i + 1));
    store.Apply(hands, 0, clients, updates);
    for (int times = 0; times < 3; ++times) {
      store.Forget(6 * kSecond);
      store.Forget(0);
      store.Repair(hands, 0, clients, updates);
    }
    Sequence last = 0;
    std::size_t visited = 0;
    store.Collect(hands, 0, [&](const Update& update) {
      EXPECT_GT(update.sequence, last);
      last = update.sequence;
      ++visited;
      return true;
    });
    EXPECT_EQ(visited, static_cast<std::size_t>(clients));
    // And superseding them leaves nothing behind.
    for (const Text& text : texts) Report(store, {text.client_id, kThere, "7"});
    EXPECT_EQ(Collect(store, hands, 0), "through " + std::to_string(clients));
  }
}

TEST(AnUpdate, WhoseTimesAreNonsenseDoesNoHarm) {
  constexpr Nanos kMost = std::numeric_limits<Nanos>::max();
  EXPECT_EQ(ReceivedAt(kMost, kMost), kMost);
  EXPECT_EQ(ReceivedAt(-kMost, -kMost), std::numeric_limits<Nanos>::min());
  EXPECT_EQ(ReceivedAt(5, -3), 2);
}

TEST(ServersThatForget, AgreeForAStepOnWhomTheyHaveForgotten) {
  constexpr Nanos kAfter = 80 * kSecond;
  EXPECT_EQ(ForgettingStep(kAfter), 10 * kSecond);
  EXPECT_EQ(ForgottenBefore(1000 * kSecond, kAfter), 920 * kSecond);
  EXPECT_EQ(ForgottenBefore(1010 * kSecond - 1, kAfter), 920 * kSecond);
  EXPECT_EQ(ForgottenBefore(1010 * kSecond, kAfter), 930 * kSecond);
}

}  // namespace
}  // namespace herd
