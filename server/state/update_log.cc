#include "server/state/update_log.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace herd {
namespace {

bool FitsDistance(Sequence base, Sequence sequence) {
  return sequence - base <= std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

void UpdateLog::Append(Sequence sequence, Slot slot) {
  if (blocks_.empty() || blocks_.back().steps.size() >= kBlockEntries ||
      !FitsDistance(blocks_.back().base, sequence)) {
    blocks_.push_back(Block{.base = sequence});
  }
  Block& block = blocks_.back();
  block.steps.push_back({static_cast<std::uint32_t>(sequence - block.base), slot});
  ++block.live;
  ++live_;
}

UpdateLog::Blocks::const_iterator UpdateLog::BlockOf(Sequence sequence) const {
  const auto behind =
      std::upper_bound(blocks_.begin(), blocks_.end(), sequence,
                       [](Sequence value, const Block& block) { return value < block.base; });
  return behind == blocks_.begin() ? behind : std::prev(behind);
}

UpdateLog::Blocks::iterator UpdateLog::BlockOf(Sequence sequence) {
  return blocks_.begin() + (std::as_const(*this).BlockOf(sequence) - blocks_.cbegin());
}

void UpdateLog::Drop(Sequence sequence, IsLive is_live) {
  const auto block = BlockOf(sequence);
  --block->live;
  --live_;
  if (std::next(block) == blocks_.end()) return;  // still being filled
  if (block->live == 0) {
    blocks_.erase(block);
  } else if (!TryMerge(block, is_live) && block != blocks_.begin()) {
    TryMerge(std::prev(block), is_live);
  }
}

bool UpdateLog::TryMerge(Blocks::iterator block, IsLive is_live) {
  const auto next = std::next(block);
  if (next == blocks_.end() || std::next(next) == blocks_.end()) return false;
  const std::size_t live = block->live + next->live;
  const std::size_t entries = block->steps.size() + next->steps.size();
  if (live * 3 > entries || live > kBlockEntries) return false;
  if (!FitsDistance(block->base, next->base + next->steps.back().distance)) return false;
  Block merged{.base = block->base, .live = live};
  merged.steps.reserve(live);
  for (const Block* part : {&*block, &*next}) {
    for (const Block::Step& step : part->steps) {
      const Entry entry{part->base + step.distance, step.slot};
      if (!is_live(entry)) continue;
      merged.steps.push_back(
          {static_cast<std::uint32_t>(entry.sequence - merged.base), entry.slot});
    }
  }
  *block = std::move(merged);
  blocks_.erase(next);
  return true;
}

std::size_t UpdateLog::Read(Sequence after, absl::Span<Entry> out) const {
  std::size_t count = 0;
  for (auto block = BlockOf(after + 1); block != blocks_.end() && count < out.size(); ++block) {
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
