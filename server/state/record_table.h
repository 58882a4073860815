// All records of a server, found by client id.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "server/state/record.h"

namespace herd {

// A record's number, dense from 0, the same until it is erased; then it may be another client's.
using Slot = std::uint32_t;

// Not thread-safe. Records never move. Memory grows in steps that are small beside the whole: the
// records lie in chunks, and the index is cut into segments that double one by one, so that no
// insertion has to move more than 1/64 of it.
class RecordTable {
 public:
  static std::uint64_t Hash(std::string_view client_id);

  // The record of that client, or nullptr.
  Record* Find(std::string_view client_id, std::uint64_t hash) const;

  struct Entry {
    Slot slot;
    bool inserted;
  };
  // The record of that client, made if there is none yet.
  Entry FindOrInsert(std::string_view client_id, std::uint64_t hash);

  // Forgets a client that is there; its slot is given to the next new one.
  void Erase(Slot slot);

  Record& operator[](Slot slot) const { return chunks_[slot / kChunk][slot % kChunk]; }
  // Clients.
  std::size_t size() const { return slots_ - vacant_.size(); }
  // All slots are below; those that are nobody's hold a record that is_vacant.
  std::size_t slots() const { return slots_; }

  // A lookup waits for two cache lines, one after the other. Over a batch, prefetch the cells of
  // all hashes, then find and prefetch the candidates of all, and only then look up.
  void PrefetchCell(std::uint64_t hash) const;
  static constexpr Slot kNoSlot = ~Slot{0};
  // The first record that may be the one, or kNoSlot.
  Slot PrefetchCandidate(std::uint64_t hash) const;
  // The candidate if it is that client's.
  bool IsOf(Slot candidate, std::string_view client_id) const {
    return candidate != kNoSlot && (*this)[candidate].client_id() == client_id;
  }
  void PrefetchRecord(Slot slot) const { __builtin_prefetch(&(*this)[slot], 1); }

 private:
  static constexpr std::size_t kChunk = 4096;
  static constexpr unsigned kSegmentBits = 6;
  static constexpr std::size_t kInitialCells = 16;

  // Linear probing. A cell holds the lower half of a hash and a slot + 1, or 0 when it is empty.
  struct Segment {
    std::vector<std::uint64_t> cells;
    std::size_t used = 0;
  };

  static std::uint32_t Tag(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  static std::uint32_t CellTag(std::uint64_t cell) {
    return static_cast<std::uint32_t>(cell >> 32);
  }
  static Slot CellSlot(std::uint64_t cell) { return static_cast<Slot>(cell) - 1; }
  static std::uint64_t MakeCell(std::uint32_t tag, Slot slot) {
    return static_cast<std::uint64_t>(tag) << 32 | (slot + 1);
  }
  static std::size_t SegmentOf(std::uint64_t hash) { return hash >> (64 - kSegmentBits); }
  static void Place(std::vector<std::uint64_t>& cells, std::uint64_t cell);

  static void Grow(Segment& segment);
  static void EraseCell(std::vector<std::uint64_t>& cells, std::size_t at);
  Slot AddRecord(std::string_view client_id);
  Slot TakeSlot();
  // The cell of that client, or the empty one in which it would stand. Only if there are cells.
  std::size_t FindCell(const Segment& segment, std::string_view client_id, std::uint32_t tag) const;

  std::array<Segment, std::size_t{1} << kSegmentBits> segments_;
  std::vector<std::unique_ptr<Record[]>> chunks_;
  std::size_t slots_ = 0;
  std::vector<Slot> vacant_;
};

}  // namespace herd
