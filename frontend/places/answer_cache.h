// Answers kept for a short time and in bounded space: those used last stay longest, none longer
// than its time.
//
// Pure: the caller brings the time, which never goes back. One thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "frontend/places/results.h"

namespace herd::places {

class AnswerCache {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Options {
    // 0: nothing is kept.
    std::chrono::milliseconds time_to_live{30'000};
    // What all entries may take, about: their texts, keys and bookkeeping.
    std::size_t max_bytes = std::size_t{64} << 20;
  };

  explicit AnswerCache(Options options) : options_(options) {}
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  bool enabled() const { return options_.time_to_live.count() > 0; }

  // Null when there is none. Valid until the next call.
  const Results* Find(const std::string& key, Time now);

  // An answer that is too large to be kept is not.
  void Insert(const std::string& key, Results answer, Time now);

  // Drops what is too old; so do the others.
  void Expire(Time now);

  std::size_t entries() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry;
  using Entries = std::list<Entry>;
  struct Entry {
    std::string key;
    Results answer;
    std::size_t bytes = 0;
    Time expires;
    std::list<Entries::iterator>::iterator by_age;
  };

  void Erase(Entries::iterator entry);

  const Options options_;
  Entries entries_;                      // those used last in front
  std::list<Entries::iterator> by_age_;  // the oldest in front
  absl::flat_hash_map<std::string, Entries::iterator> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace herd::places
