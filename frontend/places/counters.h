// What has happened at Places since the server's start, and how things are now; for operators.
//
// Plain values.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace herd::places {

enum class BreakerState : std::uint8_t { kClosed, kOpen, kHalfOpen };

// How long those had to wait who were not answered at once.
class WaitHistogram {
 public:
  // Upper ends of the buckets in milliseconds, each included; the last bucket has no end.
  static constexpr std::array<std::uint32_t, 12> kEndsMs = {1,   2,   5,   10,   20,   50,
                                                            100, 200, 500, 1000, 2000, 5000};

  void Record(std::chrono::nanoseconds wait) {
    std::size_t bucket = 0;
    while (bucket < kEndsMs.size() && wait > std::chrono::milliseconds(kEndsMs[bucket])) ++bucket;
    ++counts_[bucket];
    sum_ += wait;
  }

  const std::array<std::uint64_t, kEndsMs.size() + 1>& counts() const { return counts_; }
  std::chrono::nanoseconds sum() const { return sum_; }

 private:
  std::array<std::uint64_t, kEndsMs.size() + 1> counts_{};
  std::chrono::nanoseconds sum_{0};
};

struct Counters {
  // Calls to Places that have ended, by how.
  std::uint64_t ok = 0;
  std::uint64_t zero_results = 0;
  std::uint64_t invalid_request = 0;
  std::uint64_t over_query_limit = 0;
  std::uint64_t request_denied = 0;
  std::uint64_t unknown_error = 0;
  // Of all calls, those made since the first attempt had failed.
  std::uint64_t retries = 0;
  // Bytes of the bodies that have come, those included that were given up or of no use.
  std::uint64_t body_bytes = 0;

  // WHATSATs, by who answered: memory, a call that another one had made already, or nobody, since
  // they wanted no results.
  std::uint64_t cached = 0;
  std::uint64_t shared = 0;
  std::uint64_t empty = 0;
  // WHATSATs refused with a word of this server's own: by what.
  std::uint64_t refused_day_budget = 0;
  std::uint64_t refused_rate = 0;
  std::uint64_t refused_breaker = 0;
  std::uint64_t refused_server_full = 0;
  std::uint64_t refused_connection_full = 0;
  // WHATSATs whose clients left before the answer.
  std::uint64_t forgotten = 0;

  // Now: calls under way, searches that wait for their turn, and WHATSATs that wait for either.
  std::uint64_t calls_under_way = 0;
  std::uint64_t searches_queued = 0;
  std::uint64_t waiting = 0;

  // Now: answers in memory, and their bytes.
  std::uint64_t cache_entries = 0;
  std::uint64_t cache_bytes = 0;

  // Calls made since the last midnight, UTC, and how many may be made in a day; 0: no end to them.
  std::uint64_t calls_today = 0;
  std::uint64_t day_budget = 0;

  BreakerState breaker = BreakerState::kClosed;
  // Times that the breaker has opened.
  std::uint64_t breaker_openings = 0;

  WaitHistogram waits;
};

}  // namespace herd::places
