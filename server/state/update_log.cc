#include "server/state/update_log.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace herd {
namespace {

bool FitsDistance(Sequence base, Sequence sequence) {
  return sequence - base <= std::numeric_limits<std::uint32_t>::max();
}

}  // namespace

bool UpdateLog::IsEarly(Sequence sequence) const {
  return !bases_.empty() && sequence <= Last(bases_.size() - 1);
}

std::size_t UpdateLog::BlockOf(Sequence sequence) const {
  Blocks blocks;
  FindBlocks({&sequence, 1}, &blocks);
  return blocks[0];
}

// Bisection without a branch that nobody could predict, one step for all and then the next.
void UpdateLog::FindBlocks(absl::Span<const Sequence> sequences, Blocks* blocks) const {
  std::fill_n(blocks->begin(), sequences.size(), 0);
  for (std::size_t left = bases_.size(); left > 1; left -= left / 2) {
    const Sequence* const half = bases_.data() + left / 2;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      std::size_t& index = (*blocks)[i];
      index += half[index] <= sequences[i] ? left / 2 : 0;
    }
  }
}

void UpdateLog::InsertBlock(std::size_t index, Sequence base) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  bases_.insert(bases_.begin() + at, base);
  counts_.insert(counts_.begin() + at, Count{});
  steps_.emplace(steps_.begin() + at);
}

void UpdateLog::EraseBlock(std::size_t index) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  bases_.erase(bases_.begin() + at);
  counts_.erase(counts_.begin() + at);
  steps_.erase(steps_.begin() + at);
}

void UpdateLog::Insert(Sequence sequence, Slot slot) {
  std::size_t index = BlockOf(sequence);
  if (sequence < bases_[index] || !FitsDistance(bases_[index], sequence)) {
    if (sequence > bases_[index]) ++index;
    InsertBlock(index, sequence);
  }
  std::vector<Step>& steps = steps_[index];
  const auto distance = static_cast<std::uint32_t>(sequence - bases_[index]);
  const auto at =
      std::upper_bound(steps.begin(), steps.end(), distance,
                       [](std::uint32_t value, const Step& step) { return value < step.distance; });
  ++counts_[index].live;
  ++live_;
  if (at != steps.begin() && std::prev(at)->distance == distance) {
    std::prev(at)->slot = slot;  // It is live again, after its client was forgotten.
    return;
  }
  steps.insert(at, {distance, slot});
  ++counts_[index].entries;
}

void UpdateLog::Append(Sequence sequence, Slot slot) {
  if (IsEarly(sequence)) return Insert(sequence, slot);
  const bool full = !bases_.empty() && (counts_.back().entries >= kBlockEntries ||
                                        !FitsDistance(bases_.back(), sequence));
  if (bases_.empty() || full) InsertBlock(bases_.size(), sequence);
  steps_.back().push_back({static_cast<std::uint32_t>(sequence - bases_.back()), slot});
  ++counts_.back().live;
  ++counts_.back().entries;
  ++live_;
}

void UpdateLog::Drop(absl::Span<const Sequence> superseded, KeepLive keep_live) {
  Bases untidy;
  for (; superseded.size() > kGroup; superseded.remove_prefix(kGroup)) {
    CountOff(superseded.first(kGroup), &untidy);
  }
  CountOff(superseded, &untidy);
  // Only now, since tidying counts anew what is live.
  for (const Sequence base : untidy) Tidy(BlockOf(base), keep_live);
  // What was dropped from a block while it was being filled may have been all of it.
  if (bases_.size() > 1) Tidy(bases_.size() - 2, keep_live);
}

void UpdateLog::CountOff(absl::Span<const Sequence> superseded, Bases* untidy) {
  Blocks blocks;
  FindBlocks(superseded, &blocks);
  for (std::size_t i = 0; i < superseded.size(); ++i) --counts_[blocks[i]].live;
  live_ -= superseded.size();
  for (std::size_t i = 0; i < superseded.size(); ++i) {
    if (IsUntidy(blocks[i])) untidy->push_back(bases_[blocks[i]]);
  }
}

bool UpdateLog::IsUntidy(std::size_t index) const {
  if (index + 1 >= bases_.size()) return false;
  return counts_[index].live == 0 || CanMerge(index) || (index > 0 && CanMerge(index - 1));
}

void UpdateLog::Tidy(std::size_t index, KeepLive keep_live) {
  if (index + 1 < bases_.size() && counts_[index].live == 0) EraseBlock(index);
  for (;;) {
    if (!CanMerge(index)) {
      if (index == 0 || !CanMerge(index - 1)) return;
      --index;
    }
    Merge(index, keep_live);
  }
}

bool UpdateLog::CanMerge(std::size_t index) const {
  if (index + 2 >= bases_.size()) return false;  // the last block is still being filled
  const Count& count = counts_[index];
  const Count& next = counts_[index + 1];
  const std::size_t live = count.live + next.live;
  // Blocks without anything live are removed instead; none is ever empty.
  return live > 0 && live * 3 <= count.entries + next.entries && live <= kBlockEntries &&
         FitsDistance(bases_[index], Last(index + 1));
}

void UpdateLog::Merge(std::size_t index, KeepLive keep_live) {
  std::vector<Step> merged;
  merged.reserve(counts_[index].live + counts_[index + 1].live);
  for (const std::size_t part : {index, index + 1}) {
    const std::size_t kept = keep_live(bases_[part], absl::MakeSpan(steps_[part]));
    const auto distance = static_cast<std::uint32_t>(bases_[part] - bases_[index]);
    for (std::size_t i = 0; i < kept; ++i) {
      merged.push_back({steps_[part][i].distance + distance, steps_[part][i].slot});
    }
  }
  counts_[index] = {.live = static_cast<std::uint32_t>(merged.size()),
                    .entries = static_cast<std::uint32_t>(merged.size())};
  steps_[index] = std::move(merged);
  EraseBlock(index + 1);
}

std::size_t UpdateLog::Read(Sequence after, absl::Span<Entry> out) const {
  std::size_t count = 0;
  for (std::size_t i = BlockOf(after + 1); i < bases_.size() && count < out.size(); ++i) {
    const std::vector<Step>& steps = steps_[i];
    auto step = steps.begin();
    if (bases_[i] <= after) {
      step = std::upper_bound(
          step, steps.end(), after - bases_[i],
          [](Sequence distance, const Step& other) { return distance < other.distance; });
    }
    for (; step != steps.end() && count < out.size(); ++step) {
      out[count++] = {bases_[i] + step->distance, step->slot};
    }
  }
  return count;
}

std::size_t UpdateLog::length() const {
  std::size_t length = 0;
  for (const Count& count : counts_) length += count.entries;
  return length;
}

}  // namespace herd
