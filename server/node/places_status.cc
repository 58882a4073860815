#include "server/node/places_status.h"

namespace herd {
namespace {

v1::Places::Breaker ToProto(places::BreakerState state) {
  switch (state) {
    case places::BreakerState::kClosed:
      return v1::Places::BREAKER_CLOSED;
    case places::BreakerState::kOpen:
      return v1::Places::BREAKER_OPEN;
    case places::BreakerState::kHalfOpen:
      return v1::Places::BREAKER_HALF_OPEN;
  }
  return v1::Places::BREAKER_UNSPECIFIED;
}

void FillInCalls(const places::Counters& counters, v1::Places* status) {
  status->set_ok(counters.ok);
  status->set_zero_results(counters.zero_results);
  status->set_invalid_request(counters.invalid_request);
  status->set_over_query_limit(counters.over_query_limit);
  status->set_request_denied(counters.request_denied);
  status->set_unknown_error(counters.unknown_error);
  status->set_retries(counters.retries);
  status->set_body_bytes(counters.body_bytes);
  status->set_calls_today(counters.calls_today);
  status->set_day_budget(counters.day_budget);
}

void FillInQuestions(const places::Counters& counters, v1::Places* status) {
  status->set_cached(counters.cached);
  status->set_shared(counters.shared);
  status->set_empty(counters.empty);
  status->set_refused_day_budget(counters.refused_day_budget);
  status->set_refused_rate(counters.refused_rate);
  status->set_refused_breaker(counters.refused_breaker);
  status->set_refused_server_full(counters.refused_server_full);
  status->set_refused_connection_full(counters.refused_connection_full);
  status->set_forgotten(counters.forgotten);
}

void FillInWaits(const places::WaitHistogram& waits, v1::Places* status) {
  for (const std::uint64_t count : waits.counts()) status->add_wait_counts(count);
  for (const std::uint32_t end : places::WaitHistogram::kEndsMs) status->add_wait_ends_ms(end);
  status->set_wait_sum_ns(static_cast<std::uint64_t>(waits.sum().count()));
}

}  // namespace

void FillIn(const places::Counters& counters, v1::Places* status) {
  FillInCalls(counters, status);
  FillInQuestions(counters, status);
  FillInWaits(counters.waits, status);
  status->set_calls_under_way(counters.calls_under_way);
  status->set_searches_queued(counters.searches_queued);
  status->set_waiting(counters.waiting);
  status->set_cache_entries(counters.cache_entries);
  status->set_cache_bytes(counters.cache_bytes);
  status->set_breaker(ToProto(counters.breaker));
  status->set_breaker_openings(counters.breaker_openings);
}

}  // namespace herd
