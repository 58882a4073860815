// A front door of several threads with many clients at once, for sanitizers above all: neighbours
// acknowledge and Places answers from threads of their own, and somebody always looks at the
// counts.
#include "frontend/net/front_door.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::net {
namespace {

using ::herd::test::Iamat;
using ::herd::test::PrivateAddress;
using ::herd::test::TextClient;

constexpr int kThreads = 3;
constexpr int kClients = 6;
constexpr int kConnections = 10;
constexpr int kReports = 20;

// A thread that does something over and over as long as this lives.
class Busy {
 public:
  explicit Busy(std::function<void()> step)
      : thread_([this, step = std::move(step)] {
          while (!stopped_) step();
        }) {}
  ~Busy() {
    stopped_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

// The neighbours have what they are said to have.
class AwaitingHerd final : public Herd {
 public:
  Versions Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) override {
    return store_.Execute(requests, sightings).reported;
  }
  void Publish() override {}
  bool AreAcknowledged(const Versions& versions) override {
    for (const Version& version : versions) {
      if (version.sequence > acknowledged_) return false;
    }
    return true;
  }
  void Await(const Versions&) override {}

  void Acknowledge() {
    VersionVector vector;
    store_.ReadVector(&vector);
    acknowledged_ = vector[Store::kOwnOrigin];
  }

 private:
  Store store_{{"Goloman", 1}};
  std::atomic<Sequence> acknowledged_ = 0;
};

// Answers later, when it is told to.
class LatePlaces final : public places::Places {
 public:
  places::Document Find(const places::Query&, places::Asker, places::Answer answer) override {
    absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(answer));
    return {};
  }
  void Forget(places::Asker) override {}
  void Stop() override {}
  places::Counters Count() const override { return {}; }

  void AnswerAll() {
    std::vector<places::Answer> answers;
    {
      absl::MutexLock lock(&mutex_);
      answers.swap(waiting_);
    }
    for (places::Answer& answer : answers) std::move(answer)(places::Document("{}"));
  }

 private:
  absl::Mutex mutex_;
  std::vector<places::Answer> waiting_ ABSL_GUARDED_BY(mutex_);
};

class FrontDoorTest : public testing::Test {
 protected:
  void Open(const Limits& limits) {
    auto door = FrontDoor::Open({.server = "Goloman",
                                 .address = PrivateAddress(),
                                 .threads = kThreads,
                                 .longest_wait = 100 * kNanosPerMillisecond,
                                 .limits = limits},
                                &herd_, &places_);
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    neighbors_ = std::make_unique<Busy>([this] {
      herd_.Acknowledge();
      door_->OnAcknowledged();
      places_.AnswerAll();
    });
    looker_ = std::make_unique<Busy>([this] {
      door_->Count();
      EXPECT_LE(door_->connections(), door_->limits().connections);
      EXPECT_LE(door_->kept_bytes(), std::size_t{1} << 30);
      for (std::size_t i = 0; i < door_->loops(); ++i) door_->Wake(i);
    });
  }

  ~FrontDoorTest() override {
    neighbors_.reset();
    looker_.reset();
    if (door_ != nullptr) door_->Close();
  }

  // `client(i)` for each of so many clients at once.
  static void AtOnce(const std::function<void(int)>& client) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) threads.emplace_back([&client, i] { client(i); });
    for (std::thread& thread : threads) thread.join();
  }

  AwaitingHerd herd_;
  LatePlaces places_;
  std::unique_ptr<FrontDoor> door_;
  std::unique_ptr<Busy> neighbors_;
  std::unique_ptr<Busy> looker_;
};

TEST_F(FrontDoorTest, ServesManyAtOnceAndLetsThemGo) {
  Open({});
  AtOnce([this](int number) {
    const std::string id = absl::StrCat("client-", number);
    for (int i = 0; i < kConnections; ++i) {
      TextClient client(door_->port());
      for (int k = 0; k < kReports; ++k) {
        const std::string reply = client.Ask(Iamat(id, absl::StrCat(i * kReports + k)));
        EXPECT_TRUE(absl::StartsWith(reply, "AT Goloman ")) << reply;
      }
      EXPECT_TRUE(absl::StartsWith(client.Ask(absl::StrCat("WHATSAT ", id, " 10 5")), "AT "));
      EXPECT_EQ(client.ReadLines(2), "{}\n\n");
    }
  });
  const DoorCounts counts = door_->Count();
  EXPECT_EQ(counts.reports, kClients * kConnections * kReports);
  EXPECT_EQ(counts.lookups, kClients * kConnections);
  EXPECT_EQ(counts.refused + counts.refused_of_address, 0u);

  TextClient last(door_->port());
  last.Ask(Iamat("last", "1"));
  door_->Leave();
  EXPECT_EQ(last.ReadToEnd(), "");
  EXPECT_TRUE(door_->AwaitLeft(absl::InfiniteFuture()));
  EXPECT_EQ(door_->connections(), 0u);
  EXPECT_EQ(door_->kept_bytes(), 0u);
}

TEST_F(FrontDoorTest, LetsNoMoreInThanMayBeHoweverManyComeAtOnce) {
  Open({.connections = 2, .connections_per_address = 2});
  std::atomic<std::uint64_t> served = 0;
  AtOnce([&](int) {
    for (int i = 0; i < kConnections * kReports; ++i) {
      TextClient client(door_->port());
      client.HalfClose();
      // Whoever is let in is closed when it has been answered, as is whoever is not.
      EXPECT_EQ(client.ReadToEnd(), "");
      ++served;
    }
  });
  const DoorCounts counts = door_->Count();
  EXPECT_EQ(counts.accepted + counts.refused, served);
  EXPECT_GT(counts.accepted, 0u);
}

TEST_F(FrontDoorTest, ReadsFromThoseWhoSendWithoutEndInTurnsAndLosesNothing) {
  Open({});
  AtOnce([this](int number) {
    const std::string id = absl::StrCat("client-", number);
    std::string iamats;
    constexpr std::size_t kMany = 5000;
    for (std::size_t i = 0; i < kMany; ++i) iamats += Iamat(id, absl::StrCat(i)) + "\n";
    TextClient client(door_->port());
    std::thread sender([&] { client.Send(iamats); });
    const std::string replies = client.ReadLines(kMany);
    sender.join();
    EXPECT_TRUE(absl::EndsWith(replies, absl::StrCat(" ", kMany - 1, "\n"))) << id;
  });
  EXPECT_EQ(door_->Count().reports, kClients * 5000u);
}

}  // namespace
}  // namespace herd::net
