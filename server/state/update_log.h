// The replication log of one origin: which of its updates are live, in order.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "server/state/origin.h"
#include "server/state/record_table.h"

namespace herd {

// An update is live until another one supersedes it. The log keeps an entry for each live update
// and, for a while, for superseded ones: blocks whose entries are mostly superseded are merged with
// their neighbour, so that the log is never longer than three times what is live and two blocks.
//
// Not thread-safe. Entries are numbers; what is live is asked of the owner of the records.
class UpdateLog {
 public:
  static constexpr std::size_t kBlockEntries = 1024;

  struct Entry {
    Sequence sequence;
    Slot slot;
  };
  // An entry within its block: `distance` is counted from the block's base.
  struct Step {
    std::uint32_t distance;
    Slot slot;
  };
  // Moves to the front, in their order, the steps whose updates are still the newest of their
  // clients. Returns how many these are.
  using KeepLive = absl::FunctionRef<std::size_t(Sequence base, absl::Span<Step>)>;

  // `sequence` is greater than all before it, but for an update that comes late in a repair.
  // After kBlockEntries of these at most, Drop is called, be it with nothing.
  void Append(Sequence sequence, Slot slot);

  // The updates of these numbers have been superseded; KeepLive must not keep them any more, but
  // all others that have been appended and not dropped.
  void Drop(absl::Span<const Sequence> superseded, KeepLive keep_live);

  // Copies the next entries behind `after`, as many as there are and fit, live or not.
  // Returns how many.
  std::size_t Read(Sequence after, absl::Span<Entry> out) const;

  std::size_t live() const { return live_; }
  // Entries kept, live or not.
  std::size_t length() const;

 private:
  struct Count {
    std::uint32_t live;
    std::uint32_t entries;
  };

  // Numbers are looked up so many at a time, since each step of a search waits for memory.
  static constexpr std::size_t kGroup = 64;
  using Blocks = std::array<std::size_t, kGroup>;
  // Blocks by their bases, since an index changes with what is tidied.
  using Bases = absl::InlinedVector<Sequence, 4>;

  // The block in which that number would be.
  std::size_t BlockOf(Sequence sequence) const;
  void FindBlocks(absl::Span<const Sequence> sequences, Blocks* blocks) const;
  // Counts these as no longer live, and notes the blocks that have become untidy by that.
  void CountOff(absl::Span<const Sequence> superseded, Bases* untidy);
  Sequence Last(std::size_t index) const { return bases_[index] + steps_[index].back().distance; }
  void InsertBlock(std::size_t index, Sequence base);
  void EraseBlock(std::size_t index);
  // Whether Tidy has something to do there.
  bool IsUntidy(std::size_t index) const;
  // Removes the block or merges it with its neighbours, as far as they let themselves be merged.
  void Tidy(std::size_t index, KeepLive keep_live);
  bool IsEarly(Sequence sequence) const;
  // Puts an entry among those that are there.
  void Insert(Sequence sequence, Slot slot);
  // Whether few enough entries would be left of the block and the one behind it.
  bool CanMerge(std::size_t index) const;
  void Merge(std::size_t index, KeepLive keep_live);

  // The blocks, ascending and none of them empty; the last one is being filled. What of them each
  // update looks at, to find and count off the one that it supersedes, stands close together.
  std::vector<Sequence> bases_;
  std::vector<Count> counts_;
  std::vector<std::vector<Step>> steps_;  // ascending
  std::size_t live_ = 0;
};

}  // namespace herd
