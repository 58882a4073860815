#include "server/state/update_log.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace herd {
namespace {

constexpr std::size_t kTwoBlocks = 2048;

// A log, and the naive picture of it: which updates are live.
class LogUnderTest {
 public:
  // Client `slot` reports: its last update is superseded by a new one.
  void Report(Slot slot) {
    ++sequence_;
    const auto last = newest_.find(slot);
    const Sequence superseded = last == newest_.end() ? 0 : last->second;
    newest_[slot] = sequence_;
    Append(sequence_, slot);
    if (superseded != 0) Drop(superseded);
  }

  // These clients report in this order, one perhaps more than once; what that supersedes is dropped
  // afterwards, together.
  void ReportTogether(const std::vector<Slot>& slots) {
    std::vector<Sequence> superseded;
    for (const Slot slot : slots) {
      Sequence& newest = newest_[slot];
      if (newest != 0) superseded.push_back(newest);
      newest = ++sequence_;
      Append(newest, slot);
    }
    for (const Sequence sequence : superseded) live_.erase(sequence);
    log_.Drop(superseded, [&](Sequence base, auto steps) { return KeepLive(base, steps); });
  }

  // Client `slot` reports elsewhere: its update here is superseded by another origin's.
  void ReportElsewhere(Slot slot) {
    const auto last = newest_.find(slot);
    if (last == newest_.end()) return;
    const Sequence superseded = last->second;
    newest_.erase(last);
    Drop(superseded);
  }

  // All of these clients report elsewhere, which is dropped together.
  void ReportElsewhereTogether(const std::vector<Slot>& slots) {
    std::vector<Sequence> superseded;
    for (const Slot slot : slots) {
      const auto last = newest_.find(slot);
      if (last == newest_.end()) continue;
      superseded.push_back(last->second);
      live_.erase(last->second);
      newest_.erase(last);
    }
    log_.Drop(superseded, [&](Sequence base, auto steps) { return KeepLive(base, steps); });
  }

  // An update comes late, in a repair: one of a client that is not here, of a number passed over.
  void ReportLate(Slot slot, Sequence sequence) {
    if (newest_.contains(slot) || skipped_.erase(sequence) == 0) return;
    newest_[slot] = sequence;
    Append(sequence, slot);
    ReportElsewhereTogether({});
  }

  void Skip(Sequence sequences) { sequence_ += sequences; }
  void SkipOne() { skipped_.insert(++sequence_); }
  // A number that has been passed over, at or behind `from`; 0 if there is none.
  Sequence Skipped(Sequence from) const {
    const auto next = skipped_.lower_bound(from);
    return next == skipped_.end() ? 0 : *next;
  }

  // What the log gives out behind `after` of what is live, read in pieces of `piece` entries.
  std::vector<Sequence> Read(Sequence after, std::size_t piece) const {
    std::vector<Sequence> read;
    std::vector<UpdateLog::Entry> entries(piece);
    std::size_t count = 0;
    do {
      count = log_.Read(after, absl::MakeSpan(entries));
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_GT(entries[i].sequence, after);
        after = entries[i].sequence;
        if (IsLive(entries[i])) read.push_back(after);
      }
    } while (count == piece);
    return read;
  }

  std::vector<Sequence> Live(Sequence after) const {
    const auto first = live_.upper_bound(after);
    std::vector<Sequence> live;
    for (auto it = first; it != live_.end(); ++it) live.push_back(it->first);
    return live;
  }

  const UpdateLog& log() const { return log_; }
  Sequence sequence() const { return sequence_; }
  std::size_t live() const { return live_.size(); }

  void ExpectBounded() const {
    ASSERT_EQ(log_.live(), live());
    ASSERT_LE(log_.length(), 3 * live() + kTwoBlocks);
  }

 private:
  void Append(Sequence sequence, Slot slot) {
    live_.emplace(sequence, slot);
    log_.Append(sequence, slot);
  }
  void Drop(Sequence sequence) {
    live_.erase(sequence);
    log_.Drop({&sequence, 1}, [&](Sequence base, auto steps) { return KeepLive(base, steps); });
  }
  std::size_t KeepLive(Sequence base, absl::Span<UpdateLog::Step> steps) const {
    const auto end = std::stable_partition(steps.begin(), steps.end(), [&](const auto& step) {
      return IsLive({base + step.distance, step.slot});
    });
    return static_cast<std::size_t>(end - steps.begin());
  }
  bool IsLive(const UpdateLog::Entry& entry) const {
    const auto found = newest_.find(entry.slot);
    return found != newest_.end() && found->second == entry.sequence;
  }

  UpdateLog log_;
  Sequence sequence_ = 0;
  std::map<Slot, Sequence> newest_;
  std::map<Sequence, Slot> live_;
  std::set<Sequence> skipped_;
};

TEST(TheUpdateLog, IsEmptyAtFirst) {
  const UpdateLog log;
  std::array<UpdateLog::Entry, 4> entries;
  EXPECT_EQ(log.Read(0, absl::MakeSpan(entries)), 0u);
  EXPECT_EQ(log.Read(kMaxSequence, absl::MakeSpan(entries)), 0u);
  EXPECT_EQ(log.length(), 0u);
}

TEST(TheUpdateLog, GivesOutWhatLiesBehindANumber) {
  LogUnderTest log;
  for (Slot slot = 0; slot < 3000; ++slot) log.Report(slot);
  for (const Sequence after : {0, 1, 1023, 1024, 1025, 2047, 2048, 2049, 2999, 3000, 3001}) {
    EXPECT_EQ(log.Read(after, 64), log.Live(after)) << after;
  }
}

TEST(TheUpdateLog, OfOneClientThatReportsForEverStaysShort) {
  LogUnderTest log;
  for (int i = 0; i < 100'000; ++i) log.Report(7);
  log.ExpectBounded();
  EXPECT_EQ(log.Read(0, 64), log.Live(0));
}

TEST(TheUpdateLog, StaysShortWhereIdleClientsLieScatteredAmongOneThatReportsForEver) {
  LogUnderTest log;
  for (Slot idle = 1; idle <= 300; ++idle) {
    for (Slot i = 0; i < 1024; ++i) log.Report(i == idle ? idle : 0);
    ASSERT_NO_FATAL_FAILURE(log.ExpectBounded());
  }
  EXPECT_EQ(log.Read(0, 64), log.Live(0));
}

TEST(TheUpdateLog, StaysShortWhenWhatItHeldIsSupersededElsewhere) {
  LogUnderTest log;
  for (Slot slot = 0; slot < 100'000; ++slot) log.Report(slot);
  for (Slot slot = 0; slot < 100'000; ++slot) log.ReportElsewhere(slot);
  log.ExpectBounded();
  EXPECT_EQ(log.Read(0, 64), std::vector<Sequence>());
}

// Each of the late ones lies in a block of its own, in front of the one before.
TEST(TheUpdateLog, StandsThatNeighboringBlocksEndTogether) {
  constexpr Slot kLate = 8;
  for (Slot first = 0; first < kLate; ++first) {
    LogUnderTest log;
    for (int i = 0; i < 1000; ++i) log.SkipOne();
    log.Report(100);
    std::vector<Slot> late;
    for (Slot slot = 0; slot < kLate; ++slot) {
      log.ReportLate(slot, 100 - 10 * slot);
      late.push_back((slot + first) % kLate);
    }
    log.Report(101);
    log.ReportElsewhereTogether(late);
    ASSERT_NO_FATAL_FAILURE(log.ExpectBounded());
    EXPECT_EQ(log.Read(0, 64), log.Live(0));
  }
}

// A few clients remain of each of many crowds, while others report all the time; then all of these
// few go together.
TEST(TheUpdateLog, StandsThatTheRestsOfManyCrowdsEndTogether) {
  constexpr Slot kCrowd = 1400;
  for (Slot first = 0; first < 8; ++first) {
    LogUnderTest log;
    std::vector<Slot> rest;
    for (Slot crowd = 0; crowd < 8; ++crowd) {
      for (Slot slot = 0; slot < kCrowd; ++slot) log.Report(1000 + crowd * kCrowd + slot);
      for (Slot left = kCrowd; left > 2; left = left * 36 / 100) {
        for (Slot slot = left * 36 / 100; slot < left; ++slot) {
          if (slot > 1) log.ReportElsewhere(1000 + crowd * kCrowd + slot);
        }
        for (int i = 0; i < 1100; ++i) log.Report(static_cast<Slot>(i % 3));
      }
    }
    for (Slot crowd = 0; crowd < 8; ++crowd) {
      for (const Slot slot : {0, 1}) rest.push_back(1000 + (crowd + first) % 8 * kCrowd + slot);
    }
    log.ReportElsewhereTogether(rest);
    ASSERT_NO_FATAL_FAILURE(log.ExpectBounded());
    EXPECT_EQ(log.Read(0, 64), log.Live(0));
  }
}

TEST(TheUpdateLog, HoldsNumbersThatLieFarApart) {
  LogUnderTest log;
  for (Slot slot = 0; slot < 5000; ++slot) {
    log.Skip(Sequence{1} << (slot % 34));
    log.Report(slot % 1700);
  }
  EXPECT_EQ(log.Read(0, 64), log.Live(0));
  EXPECT_EQ(log.log().live(), log.live());
}

TEST(TheUpdateLog, AgreesWithANaiveOneUnderRandomReports) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    LogUnderTest log;
    const Slot clients = 1 + static_cast<Slot>(random() % (random() % 2 == 0 ? 5000 : 50));
    const std::uint64_t elsewhere = random() % 3;
    for (int i = 0; i < 20'000; ++i) {
      // Few of the clients report most of the time.
      const auto slot =
          static_cast<Slot>(random() % (random() % 3 == 0 ? clients : clients / 9 + 1));
      if (random() % 4 < elsewhere) {
        log.ReportElsewhere(slot);
      } else if (random() % 16 == 0) {
        std::vector<Slot> together(1 + random() % 150, slot);
        for (Slot& each : together) each = static_cast<Slot>(random() % clients);
        if (random() % 3 < elsewhere) {
          log.ReportElsewhereTogether({together.begin(), together.end()});
        } else {
          log.ReportTogether(together);
        }
      } else if (random() % 32 == 0) {
        log.ReportLate(slot, log.Skipped(random() % (log.sequence() + 1)));
      } else if (random() % 32 == 0) {
        log.SkipOne();
      } else {
        log.Report(slot);
      }
      if (i % 500 != 0) continue;
      ASSERT_NO_FATAL_FAILURE(log.ExpectBounded()) << "seed " << seed;
      const Sequence after = random() % (log.sequence() + 2);
      ASSERT_EQ(log.Read(after, 1 + random() % 100), log.Live(after)) << "seed " << seed;
    }
    ASSERT_EQ(log.Read(0, 64), log.Live(0)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace herd
