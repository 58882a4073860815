#include "server/state/record_table.h"

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace herd {

std::uint64_t RecordTable::Hash(std::string_view client_id) {
  return absl::Hash<absl::string_view>{}(absl::string_view(client_id.data(), client_id.size()));
}

std::size_t RecordTable::FindCell(const Segment& segment, std::string_view client_id,
                                  std::uint32_t tag) const {
  const std::size_t mask = segment.cells.size() - 1;
  for (std::size_t at = tag & mask;; at = (at + 1) & mask) {
    const std::uint64_t cell = segment.cells[at];
    if (cell == 0) return at;
    if (CellTag(cell) == tag && (*this)[CellSlot(cell)].client_id() == client_id) return at;
  }
}

Record* RecordTable::Find(std::string_view client_id, std::uint64_t hash) const {
  const Segment& segment = segments_[SegmentOf(hash)];
  if (segment.cells.empty()) return nullptr;
  const std::uint64_t cell = segment.cells[FindCell(segment, client_id, Tag(hash))];
  return cell == 0 ? nullptr : &(*this)[CellSlot(cell)];
}

RecordTable::Entry RecordTable::FindOrInsert(std::string_view client_id, std::uint64_t hash) {
  Segment& segment = segments_[SegmentOf(hash)];
  if (segment.used * 4 >= segment.cells.size() * 3) Grow(segment);
  std::uint64_t& cell = segment.cells[FindCell(segment, client_id, Tag(hash))];
  if (cell != 0) return {CellSlot(cell), false};
  const Slot slot = AddRecord(client_id);
  cell = MakeCell(Tag(hash), slot);
  ++segment.used;
  return {slot, true};
}

void RecordTable::Place(std::vector<std::uint64_t>& cells, std::uint64_t cell) {
  const std::size_t mask = cells.size() - 1;
  std::size_t at = CellTag(cell) & mask;
  while (cells[at] != 0) at = (at + 1) & mask;
  cells[at] = cell;
}

void RecordTable::Grow(Segment& segment) {
  std::vector<std::uint64_t> larger(segment.cells.empty() ? kInitialCells
                                                          : segment.cells.size() * 2);
  for (const std::uint64_t cell : segment.cells) {
    if (cell != 0) Place(larger, cell);
  }
  segment.cells.swap(larger);
}

Slot RecordTable::AddRecord(std::string_view client_id) {
  const Slot slot = TakeSlot();
  (*this)[slot].SetClientId(client_id);
  return slot;
}

Slot RecordTable::TakeSlot() {
  if (!vacant_.empty()) {
    const Slot slot = vacant_.back();
    vacant_.pop_back();
    return slot;
  }
  if (slots_ % kChunk == 0) chunks_.push_back(std::make_unique<Record[]>(kChunk));
  return static_cast<Slot>(slots_++);
}

void RecordTable::Erase(Slot slot) {
  Record& record = (*this)[slot];
  const std::uint64_t hash = Hash(record.client_id());
  Segment& segment = segments_[SegmentOf(hash)];
  EraseCell(segment.cells, FindCell(segment, record.client_id(), Tag(hash)));
  --segment.used;
  record.Clear();
  vacant_.push_back(slot);
}

// Moves up what stands behind, so that no search ends at the gap too early: Knuth, The Art of
// Computer Programming, volume 3, section 6.4, algorithm R.
void RecordTable::EraseCell(std::vector<std::uint64_t>& cells, std::size_t at) {
  const std::size_t mask = cells.size() - 1;
  std::size_t gap = at;
  for (std::size_t next = (gap + 1) & mask; cells[next] != 0; next = (next + 1) & mask) {
    const std::size_t home = CellTag(cells[next]) & mask;
    // It may move when its home is not between the gap and where it stands.
    if (((next - home) & mask) < ((next - gap) & mask)) continue;
    cells[gap] = cells[next];
    gap = next;
  }
  cells[gap] = 0;
}

void RecordTable::PrefetchCell(std::uint64_t hash) const {
  const Segment& segment = segments_[SegmentOf(hash)];
  if (!segment.cells.empty()) {
    __builtin_prefetch(&segment.cells[Tag(hash) & (segment.cells.size() - 1)], 1);
  }
}

Slot RecordTable::PrefetchCandidate(std::uint64_t hash) const {
  const Segment& segment = segments_[SegmentOf(hash)];
  if (segment.cells.empty()) return kNoSlot;
  const std::size_t mask = segment.cells.size() - 1;
  for (std::size_t at = Tag(hash) & mask; segment.cells[at] != 0; at = (at + 1) & mask) {
    if (CellTag(segment.cells[at]) != Tag(hash)) continue;
    PrefetchRecord(CellSlot(segment.cells[at]));
    return CellSlot(segment.cells[at]);
  }
  return kNoSlot;
}

}  // namespace herd
