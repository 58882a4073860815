#include "frontend/places/answer_cache.h"

#include <utility>

namespace herd::places {
namespace {

// Of the two list nodes, the table's slot, and the text's control block.
constexpr std::size_t kBookkeeping = 400;

}  // namespace

const Results* AnswerCache::Find(const std::string& key, Time now) {
  Expire(now);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->answer;
}

void AnswerCache::Insert(const std::string& key, Results answer, Time now) {
  Expire(now);
  if (!enabled()) return;
  if (const auto old = by_key_.find(key); old != by_key_.end()) Erase(old->second);
  const std::size_t bytes = answer.bytes() + 2 * key.capacity() + kBookkeeping;
  if (bytes > options_.max_bytes) return;
  while (bytes_ + bytes > options_.max_bytes) Erase(std::prev(entries_.end()));
  entries_.push_front({key, std::move(answer), bytes, now + options_.time_to_live, {}});
  entries_.front().by_age = by_age_.insert(by_age_.end(), entries_.begin());
  by_key_.emplace(key, entries_.begin());
  bytes_ += bytes;
}

void AnswerCache::Expire(Time now) {
  while (!by_age_.empty() && by_age_.front()->expires <= now) Erase(by_age_.front());
}

void AnswerCache::Erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase(entry->key);
  by_age_.erase(entry->by_age);
  entries_.erase(entry);
}

}  // namespace herd::places
