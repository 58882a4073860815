#include <string>

#include "server/metrics/parts.h"

namespace herd::metrics {
namespace {

constexpr std::uint64_t kNanosPerMillisecond = 1'000'000;

v1::Durations Waits(const v1::Places& places) {
  v1::Durations waits;
  *waits.mutable_counts() = places.wait_counts();
  for (const std::uint32_t end_ms : places.wait_ends_ms()) {
    waits.add_ends_ns(end_ms * kNanosPerMillisecond);
  }
  waits.set_sum_ns(places.wait_sum_ns());
  return waits;
}

void AddCalls(const v1::Places& places, Page* page) {
  page->Counter("herd_places_calls_total",
                "Calls to Places that have ended, by its word for the outcome; each may be billed.")
      .Add(places.ok(), {{"outcome", "ok"}})
      .Add(places.zero_results(), {{"outcome", "zero_results"}})
      .Add(places.invalid_request(), {{"outcome", "invalid_request"}})
      .Add(places.over_query_limit(), {{"outcome", "over_query_limit"}})
      .Add(places.request_denied(), {{"outcome", "request_denied"}})
      .Add(places.unknown_error(), {{"outcome", "unknown_error"}});
  page->Counter("herd_places_retries_total", "Of those calls, second attempts.")
      .Add(places.retries());
  page->Counter("herd_places_received_bytes_total", "Bytes of the bodies that have come.")
      .Add(places.body_bytes());
  page->Gauge("herd_places_calls_today", "Calls since the last midnight, UTC, by this run.")
      .Add(places.calls_today());
  page->Gauge("herd_places_day_budget_calls",
              "Calls that may be made from midnight to midnight, UTC; 0: as many as there are.")
      .Add(places.day_budget());
}

void AddQuestions(const v1::Places& places, Page* page) {
  page->Counter("herd_places_spared_calls_total",
                "WHATSATs that took no call of their own: answered from memory, by a call that "
                "another one had made, or without any since they wanted no places.")
      .Add(places.cached(), {{"reason", "cached"}})
      .Add(places.shared(), {{"reason", "shared"}})
      .Add(places.empty(), {{"reason", "empty"}});
  page->Counter("herd_places_refused_total", "WHATSATs that were refused without a call, by why.")
      .Add(places.refused_day_budget(), {{"reason", "day_budget"}})
      .Add(places.refused_rate(), {{"reason", "rate"}})
      .Add(places.refused_breaker(), {{"reason", "breaker"}})
      .Add(places.refused_server_full(), {{"reason", "server_full"}})
      .Add(places.refused_connection_full(), {{"reason", "connection_full"}});
  page->Counter("herd_places_forgotten_total", "WHATSATs whose clients left before the answer.")
      .Add(places.forgotten());
  page->Histogram("herd_places_wait_seconds",
                  "From a WHATSAT that could not be answered at once to its answer.")
      .Add(Waits(places));
}

void AddStates(const v1::Places& places, Page* page) {
  page->Gauge("herd_places_calls_under_way", "Calls that have not ended.")
      .Add(places.calls_under_way());
  page->Gauge("herd_places_queued_searches", "Searches that wait for a call to end.")
      .Add(places.searches_queued());
  page->Gauge("herd_places_waiting", "WHATSATs that wait for an answer.").Add(places.waiting());
  page->Gauge("herd_places_cached_answers", "Answers that are kept in memory.")
      .Add(places.cache_entries());
  page->Gauge("herd_places_cache_bytes", "Memory that those take, in bytes.")
      .Add(places.cache_bytes());
  const auto is = [&](v1::Places::Breaker state) { return places.breaker() == state ? 1 : 0; };
  page->Gauge("herd_places_breaker",
              "1 for the state that it is in: closed lets calls through, open lets none, half_open "
              "lets one, to see.")
      .Add(is(v1::Places::BREAKER_CLOSED), {{"state", "closed"}})
      .Add(is(v1::Places::BREAKER_OPEN), {{"state", "open"}})
      .Add(is(v1::Places::BREAKER_HALF_OPEN), {{"state", "half_open"}});
  page->Counter("herd_places_breaker_openings_total", "Times that the breaker has opened.")
      .Add(places.breaker_openings());
}

}  // namespace

void AddPlaces(const v1::Places& places, Page* page) {
  AddCalls(places, page);
  AddQuestions(places, page);
  AddStates(places, page);
}

}  // namespace herd::metrics
