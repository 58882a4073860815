#include "server/state/update_log.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace herd {
namespace {

bool FitsDistance(Sequence base, Sequence sequence) {
  return sequence - base <= std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

bool UpdateLog::IsEarly(Sequence sequence) const {
  return !blocks_.empty() && sequence < blocks_.back()->last();
}

std::size_t UpdateLog::BlockOf(Sequence sequence) const {
  // Bisection without a branch that nobody could predict.
  std::size_t index = 0;
  for (std::size_t left = bases_.size(); left > 1; left -= left / 2) {
    index += bases_[index + left / 2] <= sequence ? left / 2 : 0;
  }
  return index;
}

void UpdateLog::InsertBlock(std::size_t index, Sequence base) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  blocks_.insert(blocks_.begin() + at, std::make_unique<Block>(Block{.base = base}));
  bases_.insert(bases_.begin() + at, base);
}

void UpdateLog::EraseBlock(std::size_t index) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  blocks_.erase(blocks_.begin() + at);
  bases_.erase(bases_.begin() + at);
}

void UpdateLog::Insert(Sequence sequence, Slot slot) {
  std::size_t index = BlockOf(sequence);
  if (sequence < bases_[index] || !FitsDistance(bases_[index], sequence)) {
    if (sequence > bases_[index]) ++index;
    InsertBlock(index, sequence);
  }
  Block& block = *blocks_[index];
  const auto distance = static_cast<std::uint32_t>(sequence - block.base);
  const auto at = std::upper_bound(
      block.steps.begin(), block.steps.end(), distance,
      [](std::uint32_t value, const Block::Step& step) { return value < step.distance; });
  block.steps.insert(at, {distance, slot});
  ++block.live;
  ++live_;
}

void UpdateLog::Append(Sequence sequence, Slot slot, KeepLive keep_live) {
  if (IsEarly(sequence)) return Insert(sequence, slot);
  const bool full = !blocks_.empty() && (blocks_.back()->steps.size() >= kBlockEntries ||
                                         !FitsDistance(bases_.back(), sequence));
  if (blocks_.empty() || full) InsertBlock(blocks_.size(), sequence);
  Block& block = *blocks_.back();
  block.steps.push_back({static_cast<std::uint32_t>(sequence - block.base), slot});
  ++block.live;
  ++live_;
  // What was dropped from it while it was being filled may have been all of it.
  if (full) Tidy(blocks_.size() - 2, keep_live);
}

void UpdateLog::Drop(Sequence sequence, KeepLive keep_live) {
  const std::size_t index = BlockOf(sequence);
  --blocks_[index]->live;
  --live_;
  if (index + 1 < blocks_.size()) Tidy(index, keep_live);
}

void UpdateLog::Tidy(std::size_t index, KeepLive keep_live) {
  if (blocks_[index]->live == 0) EraseBlock(index);
  while (TryMerge(index, keep_live) || (index > 0 && TryMerge(--index, keep_live))) {
  }
}

bool UpdateLog::TryMerge(std::size_t index, KeepLive keep_live) {
  if (index + 2 >= blocks_.size()) return false;  // the last block is still being filled
  Block& block = *blocks_[index];
  const Block& next = *blocks_[index + 1];
  const std::size_t live = block.live + next.live;
  const std::size_t entries = block.steps.size() + next.steps.size();
  if (live * 3 > entries || live > kBlockEntries) return false;
  if (!FitsDistance(block.base, next.last())) return false;
  std::vector<Block::Step> steps;
  steps.reserve(live);
  for (const std::size_t part : {index, index + 1}) {
    for (const Entry& entry : LiveEntries(part, keep_live)) {
      steps.push_back({static_cast<std::uint32_t>(entry.sequence - block.base), entry.slot});
    }
  }
  block.steps = std::move(steps);
  block.live = live;
  EraseBlock(index + 1);
  return true;
}

std::vector<UpdateLog::Entry> UpdateLog::LiveEntries(std::size_t index, KeepLive keep_live) const {
  const Block& block = *blocks_[index];
  std::vector<Entry> entries;
  entries.reserve(block.steps.size());
  for (const Block::Step& step : block.steps) {
    entries.push_back({block.base + step.distance, step.slot});
  }
  entries.resize(keep_live(absl::MakeSpan(entries)));
  return entries;
}

std::size_t UpdateLog::Read(Sequence after, absl::Span<Entry> out) const {
  std::size_t count = 0;
  for (std::size_t i = BlockOf(after + 1); i < blocks_.size() && count < out.size(); ++i) {
    const Block& block = *blocks_[i];
    auto step = block.steps.begin();
    if (block.base <= after) {
      step = std::upper_bound(
          step, block.steps.end(), after - block.base,
          [](Sequence distance, const Block::Step& other) { return distance < other.distance; });
    }
    for (; step != block.steps.end() && count < out.size(); ++step) {
      out[count++] = {block.base + step->distance, step->slot};
    }
  }
  return count;
}

std::size_t UpdateLog::length() const {
  std::size_t length = 0;
  for (const auto& block : blocks_) length += block->steps.size();
  return length;
}

}  // namespace herd
