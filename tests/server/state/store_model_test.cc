// Stores against a naive picture of them: a map, and the order stated in propagate.proto.
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "server/state/store.h"

namespace herd {
namespace {

struct Report {
  std::string client_id;
  std::string position;
  std::string time;

  FixText text() const { return {.position = position, .time = time}; }
};

// What decides which of two updates is the newer one.
using Rank = std::tuple<Nanos, OriginId, Sequence>;

struct ModelUpdate {
  Rank rank;
  Nanos skew = 0;
  Report report;
};

// One origin's updates as they were made; what travels between the stores under test.
struct ModelOrigin {
  OriginId id;
  std::vector<ModelUpdate> updates;  // number 1 is the first
};

std::string RandomDigits(std::mt19937_64& random, std::size_t count) {
  std::string digits(count, '0');
  for (char& digit : digits) digit = static_cast<char>('0' + random() % 10);
  return digits;
}

std::string RandomId(std::mt19937_64& random, std::uint64_t clients) {
  const std::uint64_t number = random() % clients;
  static constexpr std::size_t kSizes[] = {1, 5, 24, 25, 26, 8000};
  std::string id(kSizes[number % 6], 'x');
  return id + std::to_string(number);
}

// Times collide often, and some of the texts do not fit into numbers.
Report RandomReport(std::mt19937_64& random, std::uint64_t clients, std::uint64_t times) {
  const std::size_t decimals = random() % 10 == 0 ? 15 : 1 + random() % 6;
  std::string time = std::to_string(random() % times);
  if (random() % 10 == 0) time += ".0000000000" + RandomDigits(random, 2);
  return {RandomId(random, clients), "+34." + RandomDigits(random, decimals) + "-118.5", time};
}

// A store, and the map that it should hold.
class StoreUnderTest {
 public:
  explicit StoreUnderTest(OriginId own) : own_(own), store_(std::move(own)) {}

  void Execute(const Report& report, Nanos skew, ModelOrigin& origin) {
    Request request{.kind = Request::Kind::kReport,
                    .client_id = report.client_id,
                    .fix = *ParseFix(report.text()),
                    .text = report.text(),
                    .skew = skew};
    const bool made = store_.Execute(absl::MakeSpan(&request, 1), nullptr).updates == 1;
    ModelUpdate update{{request.fix.time, own_, origin.updates.size() + 1}, skew, report};
    ASSERT_EQ(made, IsNews(update));
    if (!made) return;
    origin.updates.push_back(update);
    Take(update);
  }

  // The updates `after` < number <= `through` as a sender would give them that knows them all.
  void Apply(const ModelOrigin& origin, Sequence after, Sequence through) {
    std::vector<Update> updates;
    for (Sequence number = after + 1; number <= through; ++number) {
      updates.push_back(ToUpdate(origin.updates[number - 1], number));
    }
    const Store::Applied applied = store_.Apply(*store_.Intern(origin.id), after, through, updates);
    Sequence& had = has_[origin.id];
    ASSERT_EQ(applied.gap, after > had);
    if (!applied.gap) {
      for (Sequence n = had + 1; n <= through; ++n) Take(origin.updates[n - 1]);
      had = std::max(had, through);
    }
    ASSERT_EQ(applied.through, had);
  }

  void ExpectLikeModel() {
    ASSERT_EQ(store_.clients(), model_.size());
    for (const auto& [client_id, update] : model_) {
      Request request{.kind = Request::Kind::kLookup, .client_id = client_id};
      std::vector<Sighting> sightings;
      store_.Execute(absl::MakeSpan(&request, 1), &sightings);
      ASSERT_EQ(sightings.size(), 1u);
      ASSERT_EQ(sightings[0].server, std::get<OriginId>(update.rank).server);
      ASSERT_EQ(sightings[0].skew, update.skew);
      ASSERT_EQ(sightings[0].position, update.report.position);
      ASSERT_EQ(sightings[0].time, update.report.time);
    }
  }

  // Collect gives exactly the updates of an origin that are some client's newest.
  void ExpectToCollectWhatIsLive(const ModelOrigin& origin) {
    std::vector<Sequence> collected;
    store_.Collect(*store_.Intern(origin.id), 0, [&](const Update& update) {
      collected.push_back(update.sequence);
      return true;
    });
    std::vector<Sequence> live;
    for (const auto& [client_id, update] : model_) {
      if (std::get<OriginId>(update.rank) == origin.id) {
        live.push_back(std::get<Sequence>(update.rank));
      }
    }
    std::sort(live.begin(), live.end());
    ASSERT_EQ(collected, live);
  }

 private:
  static Update ToUpdate(const ModelUpdate& update, Sequence number) {
    return {.client_id = update.report.client_id,
            .sequence = number,
            .fix = *ParseFix(update.report.text()),
            .text = update.report.text(),
            .skew = update.skew};
  }

  bool IsNews(const ModelUpdate& update) const {
    const auto known = model_.find(update.report.client_id);
    if (known == model_.end()) return true;
    const bool repeats = known->second.report.position == update.report.position &&
                         known->second.report.time == update.report.time;
    return !repeats && update.rank > known->second.rank;
  }
  void Take(const ModelUpdate& update) {
    const auto known = model_.find(update.report.client_id);
    if (known != model_.end() && update.rank <= known->second.rank) return;
    model_[update.report.client_id] = update;
  }

  const OriginId own_;
  Store store_;
  std::map<std::string, ModelUpdate> model_;
  std::map<OriginId, Sequence> has_;
};

TEST(AStoreUnderRandomLoad, AgreesWithANaiveMap) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::uint64_t clients = 1 + random() % 200;
    const std::uint64_t times = 1 + random() % 1000;
    // The updates of three other servers, one of them this server's older run.
    std::vector<ModelOrigin> others = {{{"Goloman", 4}, {}}, {{"Hands", 9}, {}}, {{"Abe", 2}, {}}};
    for (ModelOrigin& origin : others) {
      StoreUnderTest maker(origin.id);
      for (int i = 0; i < 300; ++i) {
        maker.Execute(RandomReport(random, clients, times), static_cast<Nanos>(random()), origin);
      }
    }
    ModelOrigin own{{"Goloman", 5}, {}};
    StoreUnderTest store(own.id);
    for (int i = 0; i < 1000; ++i) {
      if (random() % 2 == 0) {
        store.Execute(RandomReport(random, clients, times), static_cast<Nanos>(random()), own);
      } else {
        const ModelOrigin& origin = others[random() % others.size()];
        const Sequence after = random() % (origin.updates.size() + 1);
        const Sequence through =
            after + random() % std::min<Sequence>(20, origin.updates.size() - after + 1);
        store.Apply(origin, random() % 3 == 0 ? after : after / 8, through);
      }
      if (HasFatalFailure()) return;
    }
    for (const ModelOrigin& origin : others) store.Apply(origin, 0, origin.updates.size());
    ASSERT_NO_FATAL_FAILURE(store.ExpectLikeModel());
    ASSERT_NO_FATAL_FAILURE(store.ExpectToCollectWhatIsLive(own));
    for (const ModelOrigin& origin : others) {
      ASSERT_NO_FATAL_FAILURE(store.ExpectToCollectWhatIsLive(origin));
    }
  }
}

// A store that pulls from others what it lacks, as links do.
class Replica {
 public:
  explicit Replica(OriginId own) : own_(own), store_(std::move(own)) {}

  // The rank of the update that this makes, or nullopt if it makes none.
  std::optional<Rank> Execute(const Report& report, Nanos skew) {
    Request request{.kind = Request::Kind::kReport,
                    .client_id = report.client_id,
                    .fix = *ParseFix(report.text()),
                    .text = report.text(),
                    .skew = skew};
    if (store_.Execute(absl::MakeSpan(&request, 1), nullptr).updates == 0) return std::nullopt;
    return Rank{request.fix.time, own_, ++made_};
  }

  // At most so many updates of one of the other's origins. False: nothing was lacking.
  bool Pull(const Replica& other, OriginIndex origin, std::size_t most) {
    const OriginIndex here = *store_.Intern(other.store_.Origin(origin));
    const Sequence after = Through(here);
    if (other.Through(origin) <= after) return false;
    std::deque<std::string> texts;  // for the updates to point into
    const auto keep = [&](std::string_view text) -> std::string_view {
      return texts.emplace_back(text);
    };
    std::vector<Update> updates;
    const Sequence through = other.store_.Collect(origin, after, [&](Update update) {
      update.client_id = keep(update.client_id);
      update.text = {keep(update.text.position), keep(update.text.time)};
      updates.push_back(update);
      return updates.size() < most;
    });
    EXPECT_FALSE(store_.Apply(here, after, through, updates).gap);
    return true;
  }

  std::optional<Sighting> Lookup(const std::string& client_id) {
    Request request{.kind = Request::Kind::kLookup, .client_id = client_id};
    std::vector<Sighting> sightings;
    store_.Execute(absl::MakeSpan(&request, 1), &sightings);
    if (sightings.empty()) return std::nullopt;
    return sightings[0];
  }

  std::size_t clients() const { return store_.clients(); }
  OriginIndex origins() const { return static_cast<OriginIndex>(store_.origins()); }

 private:
  Sequence Through(OriginIndex origin) const {
    VersionVector vector;
    store_.ReadVector(&vector);
    return vector[origin];
  }

  const OriginId own_;
  Store store_;
  Sequence made_ = 0;
};

using Replicas = std::deque<Replica>;

void PullUntilNothingIsLacking(Replicas& replicas) {
  for (bool lacking = true; lacking;) {
    lacking = false;
    for (Replica& to : replicas) {
      for (Replica& from : replicas) {
        for (OriginIndex origin = 0; &to != &from && origin < from.origins(); ++origin) {
          lacking |= to.Pull(from, origin, 7);
        }
      }
    }
  }
}

TEST(StoresThatPullFromEachOther, HoldTheNewestOfAllReportsOnceNothingIsLacking) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::uint64_t clients = 1 + random() % 150;
    Replicas replicas;
    for (std::uint64_t i = 0; i < 2 + seed % 3; ++i) {
      replicas.emplace_back(
          OriginId{"server" + std::to_string(random() % 2) + std::to_string(i), 1 + random() % 5});
    }
    std::map<std::string, ModelUpdate> newest;
    for (int i = 0; i < 1500; ++i) {
      Replica& replica = replicas[random() % replicas.size()];
      Replica& other = replicas[random() % replicas.size()];
      if (random() % 3 == 0 && &replica != &other) {
        replica.Pull(other, static_cast<OriginIndex>(random() % other.origins()), random() % 5 + 1);
        continue;
      }
      const Report report = RandomReport(random, clients, 300);
      const auto skew = static_cast<Nanos>(random());
      const std::optional<Rank> rank = replica.Execute(report, skew);
      if (!rank) continue;
      ModelUpdate& known = newest[report.client_id];
      if (known.rank < *rank) known = {*rank, skew, report};
    }
    PullUntilNothingIsLacking(replicas);
    for (Replica& replica : replicas) {
      ASSERT_EQ(replica.clients(), newest.size());
      for (const auto& [client_id, update] : newest) {
        const std::optional<Sighting> sighting = replica.Lookup(client_id);
        ASSERT_TRUE(sighting);
        ASSERT_EQ(sighting->server, std::get<OriginId>(update.rank).server);
        ASSERT_EQ(sighting->skew, update.skew);
        ASSERT_EQ(sighting->position, update.report.position);
        ASSERT_EQ(sighting->time, update.report.time);
      }
    }
  }
}

}  // namespace
}  // namespace herd
