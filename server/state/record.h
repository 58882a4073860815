// What a server holds of one client: its newest update, in one cache line.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "server/state/expiry.h"
#include "server/state/fix.h"
#include "server/state/nanos.h"
#include "server/state/origin.h"
#include "server/state/server_names.h"

namespace herd {

// Not thread-safe. An id beyond kInlineId bytes and a text that does not fit into numbers lie on
// the heap and belong to the record.
class alignas(64) Record {
 public:
  static constexpr std::size_t kInlineId = 24;

  Record() = default;
  ~Record();
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  // Before all else; and again only after Clear.
  void SetClientId(std::string_view id);
  std::string_view client_id() const {
    return {id_size_ <= kInlineId ? id_.inlined : id_.heap, id_size_};
  }

  // Forgets the client: the record is as at first, and no client's.
  void Clear();
  bool is_vacant() const { return sequence() == 0; }

  // Replaces all but the id. `text` is looked at only when fix.shape is 0; `server` is the number
  // of update.server.
  void SetUpdate(OriginIndex origin, const Update& update,
                 ServerNames::Index server = ServerNames::kNone);

  OriginIndex origin() const { return static_cast<OriginIndex>(origin_and_sequence_ >> 48); }
  Sequence sequence() const { return origin_and_sequence_ & kMaxSequence; }
  bool IsUpdate(OriginIndex origin, Sequence sequence) const {
    return origin_and_sequence_ == Pack(origin, sequence);
  }

  Nanos time() const { return time_; }
  Nanos skew() const { return skew_; }
  // By the clock of the server that got the report.
  Nanos received() const { return ReceivedAt(time_, skew_); }
  Fix fix() const;
  FixText text() const;
  // Of the server that got the report, if it is another than the origin's.
  ServerNames::Index server() const { return server_; }
  // Without its server.
  Update update() const;

 private:
  static std::uint64_t Pack(OriginIndex origin, Sequence sequence) {
    return static_cast<std::uint64_t>(origin) << 48 | sequence;
  }
  void FreeText();

  // A position and a time that are kept as they were written: position, then time.
  struct HeapText {
    std::uint16_t position_size;
    std::uint16_t time_size;
    char* bytes() { return reinterpret_cast<char*>(this + 1); }
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  };

  Nanos time_ = 0;
  Nanos skew_ = 0;
  std::uint64_t origin_and_sequence_ = 0;
  union {
    struct {
      std::uint32_t latitude;
      std::uint32_t longitude;
    } numbers;
    HeapText* heap;  // when shape_ is 0; may be null
  } position_ = {.heap = nullptr};
  // Where 32 bytes from its beginning on are still the record's: that is what a comparison reads at
  // once, and the cache line behind would have to be waited for.
  union {
    char inlined[kInlineId];
    char* heap;
  } id_ = {.heap = nullptr};
  std::uint32_t shape_ = 0;
  std::uint16_t id_size_ = 0;
  ServerNames::Index server_ = ServerNames::kNone;
};

static_assert(sizeof(Record) == 64);

}  // namespace herd
