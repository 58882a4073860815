#include "frontend/places/search_desk.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "frontend/places/reply.h"
#include "frontend/places/search_key.h"

namespace herd::places {
namespace {

constexpr char kServerFull[] = "Too many searches wait for Places: try again later.";
constexpr char kConnectionFull[] =
    "Too many searches of this connection wait for Places: try again later.";

Document Refusal(std::string message) {
  return Document(FailureReply({kOverQueryLimit, std::move(message)}));
}

// The reply is good for others too.
bool IsKept(const Reply& reply) {
  return reply.outcome == Outcome::kOk || reply.outcome == Outcome::kZeroResults;
}

}  // namespace

SearchDesk::SearchDesk(Options options)
    : options_(options),
      cache_(options.cache),
      budget_(options.budget),
      breaker_(options.breaker) {}

std::string SearchDesk::KeyOf(const Query& query, int results) const {
  return cache_.enabled() ? SharedKey(query, results) : ExactKey(query, results);
}

Document SearchDesk::Recall(const std::string& key, int bound, Moment moment) {
  const Results* const known = cache_.Find(key, moment.now);
  if (known == nullptr) return {};
  ++counters_.cached;
  return known->CutTo(bound);
}

SearchDesk::Asked SearchDesk::Ask(std::string key, const Query& query, int results, Asker asker,
                                  Answer answer, Moment moment) {
  const auto known = by_key_.find(key);
  const bool joins = known != by_key_.end();
  if (waiting_ >= options_.max_waiting) {
    ++counters_.refused_server_full;
    return {Refusal(kServerFull), {}};
  }
  Waiter waiter{asker, query.bound, std::move(answer), moment.now};
  if (joins) {
    ++counters_.shared;
    Join(known->second, *searches_.at(known->second), std::move(waiter));
    return {};
  }
  if (Document refusal = RefusalFor(asker)) return {std::move(refusal), {}};
  auto search = std::make_unique<Search>();
  search->key = key;
  search->query = query;
  search->results = results;
  search->asker = asker;
  search->deadline = moment.now + options_.time_limit;
  const bool queues = calls_ >= options_.max_calls;
  if (queues && breaker_.state(moment.now) == BreakerState::kOpen) return {RefuseForBreaker(), {}};
  if (!queues) {
    if (Document refusal = Admit(*search, moment)) return {std::move(refusal), {}};
  }
  const std::uint64_t id = ++last_search_;
  Join(id, *search, std::move(waiter));
  ++searches_of_[asker];
  Asked asked;
  if (queues) {
    queue_.insert(id);
  } else {
    asked.call = CallFor(id, *search);
  }
  by_key_.emplace(std::move(key), id);
  searches_.emplace(id, std::move(search));
  return asked;
}

void SearchDesk::Join(std::uint64_t id, Search& search, Waiter waiter) {
  waits_of_[waiter.asker].insert(id);
  search.waiters.push_back(std::move(waiter));
  ++waiting_;
}

Document SearchDesk::RefusalFor(Asker asker) {
  const auto own = searches_of_.find(asker);
  if (own != searches_of_.end() && own->second >= options_.max_searches_per_asker) {
    ++counters_.refused_connection_full;
    return Refusal(kConnectionFull);
  }
  if (calls_ >= options_.max_calls && queue_.size() >= options_.max_queued) {
    ++counters_.refused_server_full;
    return Refusal(kServerFull);
  }
  return {};
}

Document SearchDesk::Admit(Search& search, Moment moment) {
  search.pass = breaker_.Ask(moment.now);
  if (search.pass == CircuitBreaker::Pass::kNone) return RefuseForBreaker();
  const Budget::Limit limit = budget_.Take(moment.now, moment.today);
  if (limit != Budget::Limit::kNone) {
    breaker_.GiveBack(search.pass);
    return RefuseForBudget(limit);
  }
  ++calls_;
  return {};
}

Document SearchDesk::RefuseForBreaker() {
  ++counters_.refused_breaker;
  return Document(FailureReply(
      {last_failure_.status,
       absl::StrCat("Places is not asked for a while after ", breaker_.failures(),
                    " failures in a row, the last of them: ", last_failure_.message)}));
}

Document SearchDesk::RefuseForBudget(Budget::Limit limit) {
  if (limit == Budget::Limit::kDay) {
    ++counters_.refused_day_budget;
    return Refusal(absl::StrCat("This server's budget of ", options_.budget.per_day,
                                " Places calls a day is used up; the day ends at midnight UTC."));
  }
  ++counters_.refused_rate;
  return Refusal(absl::StrCat("This server makes ", options_.budget.per_second,
                              " Places calls a second at most: try again in a moment."));
}

SearchDesk::Call SearchDesk::CallFor(std::uint64_t id, const Search& search) {
  return {id, search.query, search.results, search.deadline};
}

SearchDesk::Finished SearchDesk::Finish(std::uint64_t id, const Reply& reply, bool stopping,
                                        Moment moment) {
  Search& search = *searches_.at(id);
  Finished finished;
  if (stopping) {
    breaker_.GiveBack(search.pass);
  } else {
    CountOutcome(reply.outcome);
    if (MayRetry(search, reply, moment)) {
      search.retried = true;
      ++counters_.retries;
      finished.calls.push_back(CallFor(id, search));
      return finished;
    }
    finished.breaker_change = TellBreaker(search, reply, moment.now);
    if (IsKept(reply)) cache_.Insert(search.key, reply.results, moment.now);
  }
  --calls_;
  AnswerAll(
      id, search, [&](int bound) { return reply.results.CutTo(bound); }, moment.now, &finished);
  End(id);
  MoveUp(stopping, moment, &finished);
  return finished;
}

// Not while the breaker doubts: its probe is one call. The budget pays for it as for any other.
bool SearchDesk::MayRetry(const Search& search, const Reply& reply, Moment moment) {
  return reply.worth_a_retry && !search.retried && !search.waiters.empty() &&
         search.pass == CircuitBreaker::Pass::kCall &&
         breaker_.state(moment.now) == BreakerState::kClosed && moment.now < search.deadline &&
         budget_.Take(moment.now, moment.today) == Budget::Limit::kNone;
}

void SearchDesk::CountOutcome(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      ++counters_.ok;
      break;
    case Outcome::kZeroResults:
      ++counters_.zero_results;
      break;
    case Outcome::kInvalidRequest:
      ++counters_.invalid_request;
      break;
    case Outcome::kOverQueryLimit:
      ++counters_.over_query_limit;
      break;
    case Outcome::kRequestDenied:
      ++counters_.request_denied;
      break;
    case Outcome::kUnknownError:
      ++counters_.unknown_error;
      break;
  }
}

// A request that Places calls invalid says nothing bad of Places: any client can make one.
std::optional<SearchDesk::BreakerChange> SearchDesk::TellBreaker(const Search& search,
                                                                 const Reply& reply, Time now) {
  if (reply.trouble.empty() || reply.outcome == Outcome::kInvalidRequest) {
    if (breaker_.Succeed()) return BreakerChange{};
    return std::nullopt;
  }
  last_failure_ = {StatusOf(reply.outcome), reply.trouble};
  if (!breaker_.Fail(search.pass, now)) return std::nullopt;
  return BreakerChange{true, breaker_.pause(), breaker_.failures()};
}

void SearchDesk::AnswerAll(std::uint64_t id, Search& search, absl::FunctionRef<Document(int)> cut,
                           Time now, Finished* finished) {
  for (Waiter& waiter : search.waiters) {
    counters_.waits.Record(now - waiter.since);
    finished->answers.push_back({std::move(waiter.answer), cut(waiter.bound)});
    const auto waits = waits_of_.find(waiter.asker);
    if (waits == waits_of_.end()) continue;  // it waited for this search alone, and more than once
    waits->second.erase(id);
    if (waits->second.empty()) waits_of_.erase(waits);
  }
  waiting_ -= search.waiters.size();
  search.waiters.clear();
}

void SearchDesk::MoveUp(bool stopping, Moment moment, Finished* finished) {
  while (!queue_.empty() && calls_ < options_.max_calls) {
    const std::uint64_t id = *queue_.begin();
    queue_.erase(queue_.begin());
    Search& search = *searches_.at(id);
    Document refusal;
    if (stopping || search.deadline <= moment.now) {
      refusal = Document(
          FailureReply(FailureOf(stopping ? FetchError::kStopping : FetchError::kTimeout)));
    } else {
      refusal = Admit(search, moment);
    }
    if (!refusal) {
      finished->calls.push_back(CallFor(id, search));
      continue;
    }
    AnswerAll(
        id, search, [&](int) { return refusal; }, moment.now, finished);
    End(id);
  }
}

void SearchDesk::End(std::uint64_t id) {
  const auto ended = searches_.find(id);
  const Search& search = *ended->second;
  by_key_.erase(search.key);
  const auto own = searches_of_.find(search.asker);
  if (--own->second == 0) searches_of_.erase(own);
  searches_.erase(ended);
}

void SearchDesk::Forget(Asker asker) {
  const auto waits = waits_of_.find(asker);
  if (waits == waits_of_.end()) return;
  for (const std::uint64_t id : waits->second) {
    if (!Leave(*searches_.at(id), asker)) continue;
    queue_.erase(id);
    End(id);
  }
  waits_of_.erase(waits);
}

bool SearchDesk::Leave(Search& search, Asker asker) {
  const std::size_t left =
      std::erase_if(search.waiters, [&](const Waiter& waiter) { return waiter.asker == asker; });
  waiting_ -= left;
  counters_.forgotten += left;
  return search.pass == CircuitBreaker::Pass::kNone && search.waiters.empty();
}

Counters SearchDesk::Count(Moment moment) const {
  Counters counters = counters_;
  counters.calls_under_way = calls_;
  counters.searches_queued = queue_.size();
  counters.waiting = waiting_;
  counters.cache_entries = cache_.entries();
  counters.cache_bytes = cache_.bytes();
  counters.calls_today = budget_.taken(moment.today);
  counters.day_budget = options_.budget.per_day;
  counters.breaker = breaker_.state(moment.now);
  counters.breaker_openings = breaker_.openings();
  return counters;
}

}  // namespace herd::places
