// Decides what becomes of each question: it is answered from memory, shares a call that is under
// way, causes a call, waits for its turn, or is refused. No call is made in vain.
//
// Pure: the caller brings the time, which never goes back, makes the calls, and hands over what
// came of them. One thread at a time. Knows no socket, no thread, and neither of Google's APIs.
//
//   Ask ──▶ in memory?            answered
//       ──▶ asked already?        waits with the others
//       ──▶ too many? breaker? budget?   refused, in Google's words
//       ──▶ a call, or a place in the queue for one
//   Finish ──▶ once more, if that may help; else all who wait are answered, and the queue moves up
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "frontend/places/answer_cache.h"
#include "frontend/places/backend.h"
#include "frontend/places/budget.h"
#include "frontend/places/circuit_breaker.h"
#include "frontend/places/failure.h"
#include "frontend/places/places.h"

namespace herd::places {

class SearchDesk {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Options {
    // From the question to the answer, at most; a search that is joined later ends no later.
    std::chrono::milliseconds time_limit{5000};
    // Calls under way at a time.
    std::size_t max_calls = 64;
    // Searches that wait while so many are; with further ones the server is full.
    std::size_t max_queued = 1024;
    // WHATSATs that wait for an answer, whether they share it or not.
    std::size_t max_waiting = 8192;
    // Searches that one connection has caused and that have not ended. What shares a search that
    // another one caused, or itself, does not count.
    std::size_t max_searches_per_asker = 32;
    AnswerCache::Options cache;
    Budget::Options budget;
    CircuitBreaker::Options breaker;
  };

  struct Moment {
    Time now;
    Budget::Date today;  // UTC
  };

  // A call that is to be made. It ends with Finish.
  struct Call {
    std::uint64_t search = 0;
    Query query;
    int results = 0;
    Time deadline;
  };

  struct Asked {
    // None at all: the answer comes later.
    Document now;
    std::optional<Call> call;
  };

  struct Answered {
    Answer answer;
    Document json;
  };

  // The breaker has opened, for that long after so many failures in a row; or closed.
  struct BreakerChange {
    bool open = false;
    std::chrono::milliseconds pause{0};
    int failures = 0;
  };

  struct Finished {
    std::vector<Answered> answers;
    std::vector<Call> calls;
    std::optional<BreakerChange> breaker_change;
  };

  explicit SearchDesk(Options options);
  SearchDesk(const SearchDesk&) = delete;
  SearchDesk& operator=(const SearchDesk&) = delete;

  // The key under which searches are the same.
  std::string KeyOf(const Query& query, int results) const;

  // `key` is KeyOf the two. None at all when it is not in memory.
  Document Recall(const std::string& key, int bound, Moment moment);
  // What is not in memory. `results` is at least 1.
  Asked Ask(std::string key, const Query& query, int results, Asker asker, Answer answer,
            Moment moment);

  // The call for that search has ended. `stopping`: nothing more is asked, and the end says nothing
  // of Places.
  Finished Finish(std::uint64_t search, const Reply& reply, bool stopping, Moment moment);

  // Costs no more than what the asker waits for.
  void Forget(Asker asker);

  void NoteBytes(std::size_t received) { counters_.body_bytes += received; }
  void NoteEmpty() { ++counters_.empty; }
  Counters Count(Moment moment) const;

 private:
  struct Waiter {
    Asker asker;
    int bound;
    Answer answer;
    Time since;
  };
  struct Search {
    std::string key;
    Query query;
    int results = 0;
    Asker asker = 0;  // who caused it
    Time deadline;
    CircuitBreaker::Pass pass = CircuitBreaker::Pass::kNone;  // kNone: in the queue
    bool retried = false;
    std::vector<Waiter> waiters;
  };

  // Why a further question cannot wait; none at all when it can.
  Document RefusalFor(Asker asker);
  // Lets the search be called for. None at all, or why not.
  Document Admit(Search& search, Moment moment);
  Document RefuseForBreaker();
  Document RefuseForBudget(Budget::Limit limit);
  static Call CallFor(std::uint64_t id, const Search& search);

  bool MayRetry(const Search& search, const Reply& reply, Moment moment);
  void CountOutcome(Outcome outcome);
  std::optional<BreakerChange> TellBreaker(const Search& search, const Reply& reply, Time now);
  // `cut` makes the document for a bound.
  void AnswerAll(std::uint64_t id, Search& search, absl::FunctionRef<Document(int)> cut, Time now,
                 Finished* finished);
  void MoveUp(bool stopping, Moment moment, Finished* finished);
  void Join(std::uint64_t id, Search& search, Waiter waiter);
  // True when a search that is not under way is waited for no longer.
  bool Leave(Search& search, Asker asker);
  void End(std::uint64_t id);

  const Options options_;
  AnswerCache cache_;
  Budget budget_;
  CircuitBreaker breaker_;
  // What the breaker opened for.
  Failure last_failure_;

  absl::flat_hash_map<std::uint64_t, std::unique_ptr<Search>> searches_;
  absl::flat_hash_map<std::string, std::uint64_t> by_key_;
  absl::flat_hash_map<Asker, std::size_t> searches_of_;
  absl::flat_hash_map<Asker, absl::flat_hash_set<std::uint64_t>> waits_of_;  // for which searches
  absl::btree_set<std::uint64_t> queue_;                                     // oldest first
  std::uint64_t last_search_ = 0;
  std::size_t calls_ = 0;
  std::size_t waiting_ = 0;
  Counters counters_;
};

}  // namespace herd::places
