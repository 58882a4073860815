#include "server/operator/client_watch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "server/state/fix.h"
#include "tests/server/operator/reporter.h"

namespace herd {
namespace {

using test::Receive;
using test::Report;
using test::RunOf;

constexpr char kIn[] = "+1+1";
constexpr char kAlsoIn[] = "+1.001+1";
constexpr char kOut[] = "+50+50";

class Watch : public testing::Test {
 protected:
  void Open() { watch_ = *ClientWatch::Open(&store_, request_); }

  void OpenArea() {
    request_.mutable_area()->mutable_circle()->set_latitude(1);
    request_.mutable_area()->mutable_circle()->set_longitude(1);
    request_.mutable_area()->mutable_circle()->set_radius_km(1);
    Open();
  }

  // The next message, its events sorted; nothing: "-". "LEFT plum +50+50, MOVED kiwi +1+1; skipped
  // 2"
  std::string Next() {
    VersionVector vector;
    store_.ReadVector(&vector);
    if (!watch_->Next(vector, &message_)) return "-";
    std::vector<std::string> events;
    for (const v1::ClientEvent& event : message_.events()) {
      events.push_back(absl::StrCat(v1::ClientEvent::Kind_Name(event.kind()).substr(5), " ",
                                    event.client().client_id(), " ", event.client().position()));
    }
    std::sort(events.begin(), events.end());
    return absl::StrCat(
        absl::StrJoin(events, ", "),
        message_.skipped() > 0 ? absl::StrCat("; skipped ", message_.skipped()) : "");
  }

  // All that there is to tell, one line a message.
  std::string All() {
    std::string all;
    for (std::string next = Next(); next != "-"; next = Next()) absl::StrAppend(&all, next, "\n");
    return all;
  }

  bool HasMore() {
    VersionVector vector;
    store_.ReadVector(&vector);
    return watch_->HasMore(vector);
  }

  // What the message says of that origin's entry; 0 if nothing.
  Sequence Told(const std::string& server) const {
    for (const v1::OriginProgress& entry : message_.vector()) {
      if (entry.origin().server() == server) return entry.through();
    }
    return 0;
  }

  void BeginAfter(const OriginId& origin, Sequence through) {
    v1::OriginProgress& entry = *request_.mutable_after()->add_entries();
    entry.mutable_origin()->set_server(origin.server);
    entry.mutable_origin()->set_start_ns(origin.start_ns);
    entry.set_through(through);
  }

  Store store_{RunOf("Goloman")};
  v1::WatchClientsRequest request_;
  std::unique_ptr<ClientWatch> watch_;
  v1::WatchClientsResponse message_;
};

TEST_F(Watch, SaysFirstWhereItBegins) {
  Report(store_, "kiwi", kIn, 1);
  Open();
  EXPECT_EQ(Next(), "");
  EXPECT_TRUE(message_.begun());
  EXPECT_EQ(Told("Goloman"), 1);
  EXPECT_EQ(Next(), "-");
}

TEST_F(Watch, TellsWhatIsAcceptedFromThenOnWhereverItIsReported) {
  Report(store_, "kiwi", kIn, 1);
  Open();
  Next();
  Report(store_, "kiwi", kOut, 2);
  EXPECT_EQ(Next(), "MOVED kiwi +50+50");
  EXPECT_EQ(message_.events(0).client().origin().server(), "Goloman");
  EXPECT_EQ(Told("Goloman"), 2);
  Receive(store_, "Hands", 1, "plum", kIn, 1);
  EXPECT_EQ(Next(), "MOVED plum +1+1");
  EXPECT_EQ(message_.events(0).client().origin().server(), "Hands");
  EXPECT_EQ(message_.vector_size(), 1);
  EXPECT_EQ(Told("Hands"), 1);
  EXPECT_EQ(Next(), "-");
}

TEST_F(Watch, TellsASlowWatcherTheNewestAndHowManyItMissed) {
  Open();
  Next();
  for (int i = 1; i <= 100; ++i) Report(store_, "kiwi", absl::StrCat("+", i % 9, "+1"), i);
  Report(store_, "plum", kIn, 1);
  EXPECT_EQ(Next(), "MOVED kiwi +1+1, MOVED plum +1+1; skipped 99");
  Report(store_, "kiwi", kIn, 101);
  Report(store_, "kiwi", kOut, 102);
  EXPECT_EQ(Next(), "MOVED kiwi +50+50; skipped 1");
  EXPECT_EQ(message_.skipped_total(), 100);
}

TEST_F(Watch, NeverTellsAnOlderStateAfterANewer) {
  Open();
  Next();
  // Two origins: that of the newer update is looked at before that of the older one, and after.
  Receive(store_, "Hands", 1, "kiwi", kIn, 1);
  Report(store_, "kiwi", kOut, 2);
  Report(store_, "plum", kIn, 1);
  Receive(store_, "Hands", 2, "plum", kOut, 2);
  EXPECT_EQ(All(), "MOVED kiwi +50+50, MOVED plum +50+50; skipped 2\n");
}

TEST_F(Watch, BeginsBehindAVersion) {
  Report(store_, "a", kIn, 1);
  Report(store_, "b", kIn, 1);
  Receive(store_, "Hands", 1, "c", kIn, 1);
  BeginAfter(RunOf("Goloman"), 1);
  Open();
  EXPECT_EQ(Next(), "MOVED b +1+1, MOVED c +1+1");
}

TEST_F(Watch, BehindAnEmptyVersionTellsEverything) {
  Report(store_, "a", kIn, 1);
  Report(store_, "a", kIn, 2);
  request_.mutable_after();
  Open();
  EXPECT_EQ(Next(), "MOVED a +1+1; skipped 1");
}

TEST_F(Watch, BehindWhatThisServerDoesNotHaveYetWaitsForWhatFollows) {
  BeginAfter(RunOf("Hands"), 2);
  Open();
  EXPECT_EQ(Next(), "");
  Receive(store_, "Hands", 1, "a", kIn, 1);
  Receive(store_, "Hands", 2, "b", kIn, 1);
  EXPECT_EQ(Next(), "-");
  Receive(store_, "Hands", 3, "c", kIn, 1);
  EXPECT_EQ(Next(), "MOVED c +1+1");
}

TEST_F(Watch, ATelledVersionIsWhereALaterWatchGoesOn) {
  Open();
  Next();
  Report(store_, "a", kIn, 1);
  Receive(store_, "Hands", 1, "b", kIn, 1);
  EXPECT_EQ(Next(), "MOVED a +1+1, MOVED b +1+1");
  for (const auto& entry : message_.vector()) {
    *request_.mutable_after()->add_entries() = entry;
  }
  Report(store_, "c", kIn, 1);
  Open();
  EXPECT_EQ(Next(), "MOVED c +1+1");
}

TEST_F(Watch, OfSomeClientsIsSilentAboutOthers) {
  request_.add_client_ids("kiwi");
  Open();
  Next();
  Report(store_, "plum", kIn, 1);
  EXPECT_EQ(Next(), "-");
  EXPECT_FALSE(HasMore());
  Report(store_, "kiwi", kIn, 1);
  EXPECT_EQ(Next(), "MOVED kiwi +1+1");
}

TEST_F(Watch, OfAnAreaTellsWhoIsThereThenWhoComesAndGoes) {
  Report(store_, "kiwi", kIn, 1);
  Report(store_, "plum", kOut, 1);
  OpenArea();
  EXPECT_EQ(Next(), "PRESENT kiwi +1+1");
  EXPECT_TRUE(message_.begun());
  Report(store_, "kiwi", kAlsoIn, 2);
  EXPECT_EQ(Next(), "MOVED kiwi +1.001+1");
  Report(store_, "kiwi", kOut, 3);
  EXPECT_EQ(Next(), "LEFT kiwi +50+50");
  Report(store_, "kiwi", "+51+51", 4);
  EXPECT_EQ(Next(), "-");
  Receive(store_, "Hands", 1, "kiwi", kIn, 5);
  EXPECT_EQ(Next(), "ENTERED kiwi +1+1");
  EXPECT_EQ(watch_->inside(), 1);
}

TEST_F(Watch, OfAnAreaTellsOneEnterAndOneLeaveHoweverManyStepsAreMissedBetween) {
  OpenArea();
  EXPECT_EQ(Next(), "");
  for (int i = 1; i < 10; ++i) Report(store_, "kiwi", i % 2 == 0 ? kOut : kIn, i);
  EXPECT_EQ(Next(), "ENTERED kiwi +1+1; skipped 8");
  for (int i = 10; i < 20; ++i) Report(store_, "kiwi", i % 2 == 0 ? kIn : kAlsoIn, i);
  EXPECT_EQ(Next(), "MOVED kiwi +1.001+1; skipped 9");
  // In and out again between two looks: it never was away, as far as can be told.
  Report(store_, "kiwi", kOut, 20);
  Receive(store_, "Hands", 1, "kiwi", kIn, 21);
  EXPECT_EQ(Next(), "MOVED kiwi +1+1; skipped 1");
  Report(store_, "kiwi", kOut, 22);
  EXPECT_EQ(Next(), "LEFT kiwi +50+50");
  Receive(store_, "Hands", 2, "kiwi", "+60+60", 23);
  EXPECT_EQ(Next(), "-");
  EXPECT_EQ(watch_->inside(), 0);
}

TEST_F(Watch, OfAnAreaTellsOfOneWhoMovesWhileItBeginsOnce) {
  for (int i = 0; i < 2 * ClientWatch::kMaxEvents; ++i) {
    Report(store_, absl::StrCat("c-", i), kIn, 1);
  }
  OpenArea();
  Next();
  EXPECT_FALSE(message_.begun());
  EXPECT_EQ(message_.events_size(), ClientWatch::kMaxEvents);
  Report(store_, absl::StrCat("c-", 2 * ClientWatch::kMaxEvents - 1), kAlsoIn, 2);
  Report(store_, "c-0", kOut, 2);
  Report(store_, absl::StrCat("c-", 2 * ClientWatch::kMaxEvents - 2), kOut, 2);
  std::size_t present = ClientWatch::kMaxEvents;
  std::string rest;
  bool begun = false;
  while (Next() != "-") {
    begun = message_.begun();
    for (const v1::ClientEvent& event : message_.events()) {
      if (event.kind() == v1::ClientEvent::KIND_PRESENT) {
        ++present;
      } else {
        absl::StrAppend(&rest, v1::ClientEvent::Kind_Name(event.kind()), " ",
                        event.client().client_id(), " ");
      }
    }
  }
  EXPECT_EQ(present, 2 * ClientWatch::kMaxEvents - 2);
  EXPECT_EQ(rest, "KIND_ENTERED c-511 KIND_LEFT c-0 ");
  EXPECT_TRUE(begun);
  EXPECT_EQ(watch_->inside(), 2 * ClientWatch::kMaxEvents - 2);
}

TEST_F(Watch, FillsABoundedMessageAndSaysThatThereIsMore) {
  Open();
  Next();
  for (int i = 0; i < ClientWatch::kMaxEvents + 1; ++i) {
    Report(store_, absl::StrCat("c-", i), kIn, 1);
  }
  Next();
  EXPECT_EQ(message_.events_size(), ClientWatch::kMaxEvents);
  EXPECT_TRUE(HasMore());
  EXPECT_EQ(Next(), "MOVED c-256 +1+1");
  EXPECT_FALSE(HasMore());
}

TEST_F(Watch, DoesNotKeepOneOriginWaitingWhileMuchHappensAtAnother) {
  Open();
  Next();
  Receive(store_, "Hands", 1, "plum", kIn, 1);
  for (int round = 1; round < 3; ++round) {
    for (int i = 0; i < ClientWatch::kMaxEvents; ++i) {
      Report(store_, absl::StrCat("kiwi-", i), kIn, round);
    }
    if (Next().find("plum") != std::string::npos) return;
  }
  ADD_FAILURE() << "plum is not told of";
}

TEST_F(Watch, BoundsItsMessagesInBytes) {
  Open();
  Next();
  constexpr int kClients = 200;
  for (int i = 0; i < kClients; ++i) {
    Report(store_, absl::StrCat(std::string(7000, '\xff'), i), kIn, 1);
  }
  int events = 0;
  int messages = 0;
  while (Next() != "-") {
    events += message_.events_size();
    ++messages;
    EXPECT_LT(message_.ByteSizeLong(), 2 * ClientWatch::kMaxEventBytes);
  }
  EXPECT_EQ(events, kClients);
  EXPECT_GT(messages, 1);
}

TEST_F(Watch, OfMoreClientsThanOneMayNameIsRefused) {
  for (int i = 0; i <= ClientWatch::kMaxClientIds; ++i) request_.add_client_ids("kiwi");
  EXPECT_EQ(ClientWatch::Open(&store_, request_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(Watch, OfAClientWhoseIdIsNotUtf8) {
  request_.add_client_ids_bytes("b\xff");
  Open();
  Next();
  Report(store_, "b\xff", kIn, 1);
  Report(store_, "b\xfe", kIn, 1);
  Next();
  ASSERT_EQ(message_.events_size(), 1);
  EXPECT_EQ(message_.events(0).client().client_id_bytes(), "b\xff");
}

TEST_F(Watch, LooksAtABoundedNumberOfChangesAtATime) {
  request_.add_client_ids("kiwi");
  Open();
  Next();
  for (std::size_t i = 0; i < ClientWatch::kMaxLookedAt + 100; ++i) {
    Report(store_, absl::StrCat("c-", i), kIn, 1);
  }
  Report(store_, "kiwi", kIn, 1);
  EXPECT_EQ(Next(), "-");
  EXPECT_TRUE(HasMore());
  EXPECT_EQ(Next(), "MOVED kiwi +1+1");
}

TEST_F(Watch, TellsAllAgainAfterARepair) {
  Receive(store_, "Hands", 1, "plum", kOut, 1);
  Receive(store_, "Hands", 2, "kiwi", kIn, 1);
  OpenArea();
  EXPECT_EQ(Next(), "PRESENT kiwi +1+1");
  const FixText text{.position = kIn, .time = "2"};
  const Update lost{.client_id = "pear", .sequence = 1, .fix = *ParseFix(text), .text = text};
  store_.Repair(*store_.Intern(RunOf("Hands")), 0, 2, {&lost, 1});
  EXPECT_EQ(Next(), "ENTERED pear +1+1, MOVED kiwi +1+1");
  EXPECT_TRUE(message_.repeats());
  EXPECT_EQ(Next(), "-");
}

TEST_F(Watch, TellsWhoInsideHasBeenForgotten) {
  Report(store_, "kiwi", kIn, 1);
  Report(store_, "pear", kIn, 9);
  Report(store_, "plum", kOut, 1);
  OpenArea();
  EXPECT_EQ(All(), "PRESENT kiwi +1+1, PRESENT pear +1+1\n");
  store_.Forget(5 * kNanosPerSecond);
  EXPECT_TRUE(HasMore());
  // Who takes its slot is somebody else, and who comes back enters.
  Report(store_, "fig", kOut, 9);
  EXPECT_EQ(Next(), "FORGOTTEN kiwi ");
  EXPECT_EQ(Next(), "-");
  EXPECT_EQ(watch_->inside(), 1u);
  Report(store_, "kiwi", kIn, 9);
  EXPECT_EQ(Next(), "ENTERED kiwi +1+1");
}

TEST_F(Watch, OfWhoIsForgottenAndBackAtOnceTellsWhereItIs) {
  Report(store_, "kiwi", kIn, 1);
  Report(store_, "plum", kIn, 1);
  OpenArea();
  All();
  store_.Forget(5 * kNanosPerSecond);
  Report(store_, "plum", kOut, 9);
  Report(store_, "kiwi", kAlsoIn, 9);
  EXPECT_EQ(All(), "LEFT plum +50+50, MOVED kiwi +1.001+1\n");
}

TEST_F(Watch, TellsOfAHugeNumberOfForgottenPartByPart) {
  constexpr std::size_t kClients = 3 * ClientWatch::kMaxEvents;
  for (std::size_t i = 0; i < kClients; ++i) Report(store_, absl::StrCat("c-", i), kIn, 1);
  OpenArea();
  All();
  store_.Forget(5 * kNanosPerSecond);
  std::size_t told = 0;
  while (Next() != "-") {
    EXPECT_LE(message_.events_size(), ClientWatch::kMaxEvents);
    told += static_cast<std::size_t>(message_.events_size());
  }
  EXPECT_EQ(told, kClients);
  EXPECT_EQ(watch_->inside(), 0u);
}

TEST_F(Watch, OfAnAreaThatIsNoneIsRefused) {
  request_.mutable_area();
  EXPECT_EQ(ClientWatch::Open(&store_, request_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace herd
