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
  if (blocks_.empty()) return false;
  const Block& last = blocks_.back();
  return sequence < last.base + last.steps.back().distance;
}

void UpdateLog::Insert(Sequence sequence, Slot slot) {
  std::size_t index = BlockOf(sequence);
  if (sequence < blocks_[index].base || !FitsDistance(blocks_[index].base, sequence)) {
    if (sequence > blocks_[index].base) ++index;
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(index), Block{.base = sequence});
  }
  Block& block = blocks_[index];
  const auto distance = static_cast<std::uint32_t>(sequence - block.base);
  const auto at = std::upper_bound(
      block.steps.begin(), block.steps.end(), distance,
      [](std::uint32_t value, const Block::Step& step) { return value < step.distance; });
  block.steps.insert(at, {distance, slot});
  ++block.live;
  ++live_;
}

void UpdateLog::Append(Sequence sequence, Slot slot, IsLive is_live) {
  if (IsEarly(sequence)) return Insert(sequence, slot);
  const bool full = !blocks_.empty() && (blocks_.back().steps.size() >= kBlockEntries ||
                                         !FitsDistance(blocks_.back().base, sequence));
  if (blocks_.empty() || full) blocks_.push_back(Block{.base = sequence});
  Block& block = blocks_.back();
  block.steps.push_back({static_cast<std::uint32_t>(sequence - block.base), slot});
  ++block.live;
  ++live_;
  // What was dropped from it while it was being filled may have been all of it.
  if (full) Tidy(blocks_.size() - 2, is_live);
}

std::size_t UpdateLog::BlockOf(Sequence sequence) const {
  const auto behind =
      std::upper_bound(blocks_.begin(), blocks_.end(), sequence,
                       [](Sequence value, const Block& block) { return value < block.base; });
  return static_cast<std::size_t>(behind - blocks_.begin()) - (behind != blocks_.begin() ? 1 : 0);
}

void UpdateLog::Drop(Sequence sequence, IsLive is_live) {
  const std::size_t index = BlockOf(sequence);
  --blocks_[index].live;
  --live_;
  if (index + 1 < blocks_.size()) Tidy(index, is_live);
}

void UpdateLog::Tidy(std::size_t index, IsLive is_live) {
  if (blocks_[index].live == 0) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(index));
  while (TryMerge(index, is_live) || (index > 0 && TryMerge(--index, is_live))) {
  }
}

bool UpdateLog::TryMerge(std::size_t index, IsLive is_live) {
  if (index + 2 >= blocks_.size()) return false;  // the last block is still being filled
  Block& block = blocks_[index];
  const Block& next = blocks_[index + 1];
  const std::size_t live = block.live + next.live;
  const std::size_t entries = block.steps.size() + next.steps.size();
  if (live * 3 > entries || live > kBlockEntries) return false;
  if (!FitsDistance(block.base, next.base + next.steps.back().distance)) return false;
  Block merged{.base = block.base, .live = live};
  merged.steps.reserve(live);
  for (const Block* part : {static_cast<const Block*>(&block), &next}) {
    for (const Block::Step& step : part->steps) {
      const Entry entry{part->base + step.distance, step.slot};
      if (!is_live(entry)) continue;
      merged.steps.push_back(
          {static_cast<std::uint32_t>(entry.sequence - merged.base), entry.slot});
    }
  }
  block = std::move(merged);
  blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  return true;
}

std::size_t UpdateLog::Read(Sequence after, absl::Span<Entry> out) const {
  std::size_t count = 0;
  for (auto block = blocks_.begin() + static_cast<std::ptrdiff_t>(BlockOf(after + 1));
       block != blocks_.end() && count < out.size(); ++block) {
    auto step = block->steps.begin();
    if (block->base <= after) {
      step = std::upper_bound(
          step, block->steps.end(), after - block->base,
          [](Sequence distance, const Block::Step& other) { return distance < other.distance; });
    }
    for (; step != block->steps.end() && count < out.size(); ++step) {
      out[count++] = {block->base + step->distance, step->slot};
    }
  }
  return count;
}

std::size_t UpdateLog::length() const {
  std::size_t length = 0;
  for (const Block& block : blocks_) length += block.steps.size();
  return length;
}

}  // namespace herd
