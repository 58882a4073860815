#include "server/node/places_status.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "gtest/gtest.h"

namespace herd {
namespace {

TEST(PlacesStatus, HasEachCounterUnderItsName) {
  places::Counters counters;
  std::uint64_t last = 0;
  std::uint64_t* const all[] = {
      &counters.ok,
      &counters.zero_results,
      &counters.invalid_request,
      &counters.over_query_limit,
      &counters.request_denied,
      &counters.unknown_error,
      &counters.retries,
      &counters.body_bytes,
      &counters.calls_today,
      &counters.cached,
      &counters.shared,
      &counters.empty,
      &counters.refused_day_budget,
      &counters.refused_rate,
      &counters.refused_breaker,
      &counters.refused_server_full,
      &counters.refused_connection_full,
      &counters.forgotten,
      &counters.calls_under_way,
      &counters.searches_queued,
      &counters.waiting,
      &counters.cache_entries,
      &counters.cache_bytes,
      &counters.breaker_openings,
  };
  for (std::uint64_t* const counter : all) *counter = ++last;
  v1::Places status;
  FillIn(counters, &status);
  status.clear_wait_counts();
  status.clear_wait_ends_ms();
  EXPECT_EQ(status.ShortDebugString(),
            "ok: 1 zero_results: 2 invalid_request: 3 over_query_limit: 4 request_denied: 5 "
            "unknown_error: 6 retries: 7 body_bytes: 8 calls_today: 9 cached: 10 shared: 11 "
            "empty: 12 refused_day_budget: 13 refused_rate: 14 refused_breaker: 15 "
            "refused_server_full: 16 refused_connection_full: 17 forgotten: 18 "
            "calls_under_way: 19 searches_queued: 20 waiting: 21 cache_entries: 22 "
            "cache_bytes: 23 breaker: BREAKER_CLOSED breaker_openings: 24");
}

TEST(PlacesStatus, TellsTheBreakersState) {
  for (const auto& [state, told] :
       {std::pair(places::BreakerState::kClosed, v1::Places::BREAKER_CLOSED),
        std::pair(places::BreakerState::kOpen, v1::Places::BREAKER_OPEN),
        std::pair(places::BreakerState::kHalfOpen, v1::Places::BREAKER_HALF_OPEN)}) {
    places::Counters counters;
    counters.breaker = state;
    v1::Places status;
    FillIn(counters, &status);
    EXPECT_EQ(status.breaker(), told);
  }
}

TEST(PlacesStatus, HasABucketForEachEndAndOneBehindThem) {
  places::Counters counters;
  counters.waits.Record(std::chrono::milliseconds(1));
  counters.waits.Record(std::chrono::milliseconds(3));
  counters.waits.Record(std::chrono::hours(1));
  v1::Places status;
  FillIn(counters, &status);
  ASSERT_EQ(status.wait_ends_ms_size(), 12);
  ASSERT_EQ(status.wait_counts_size(), 13);
  EXPECT_EQ(status.wait_ends_ms(0), 1U);
  EXPECT_EQ(status.wait_ends_ms(11), 5000U);
  for (const int bucket : {0, 2, 12}) EXPECT_EQ(status.wait_counts(bucket), 1U) << bucket;
  EXPECT_EQ(status.wait_sum_ns(), 3'600'004'000'000U);
}

}  // namespace
}  // namespace herd
