// The receiving half of a link: applies what a neighbour pushes, and says how far all is had.
//
// Decides only; knows neither gRPC nor a clock of its own. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "herd/v1/propagate.pb.h"
#include "server/peer/origin_numbers.h"
#include "server/state/nanos.h"
#include "server/state/store.h"

namespace herd::peer {

class InboundLink {
 public:
  // A message that finds its receiver asleep costs as much as fifty updates in a batch, so what
  // the neighbour does not wait for is said this seldom.
  static constexpr Nanos kLeisure = 100 * kNanosPerMillisecond;

  // `store` outlives the link.
  explicit InboundLink(Store* store);

  // A new stream, whose hello has been checked, takes the place of whatever was before.
  // Errors: RESOURCE_EXHAUSTED, there are too many origins.
  absl::Status Open(const v1::Hello& hello);
  void Close();

  // Applies a push that is no hello. `learned` is told how far the neighbour showed to have an
  // origin.
  // Errors: the stream has to be closed with that status. What stood before the error is applied.
  using Learned = absl::FunctionRef<void(OriginIndex, Sequence)>;
  absl::Status OnPush(const v1::Push& push, Learned learned);

  // The neighbour is to push that origin's updates, or not; at first it is to push none.
  void Want(OriginIndex origin, bool eager);

  // Fills `ack` with what to say at the time `now`. False: nothing yet.
  // `vector` is how far the store has everything, `digest` that of its map at the same moment.
  bool NextAck(const VersionVector& vector, const MapDigest& digest, Nanos now, v1::Ack* ack);

  // When NextAck is to be asked again, though nothing arrives; nullopt: not by itself.
  std::optional<Nanos> Deadline(const VersionVector& vector) const;

  bool up() const { return open_; }
  // The neighbour has said that it is about to stop.
  bool leaving() const { return leaving_; }
  // The neighbour's clients wait for what it is told.
  bool clients_wait() const { return clients_wait_; }
  // See Hello.expire_after_ns.
  Nanos expire_after() const { return expire_after_; }
  // The origin that the neighbour's run is.
  OriginIndex neighbor_origin() const { return neighbor_origin_; }

  // Since the start, over all streams.
  struct Counters {
    std::uint64_t ranges = 0;
    std::uint64_t updates = 0;
    std::uint64_t duplicates = 0;
    // Origins asked for, and asked for no more.
    std::uint64_t grafts = 0;
    std::uint64_t prunes = 0;
  };
  const Counters& counters() const { return counters_; }

 private:
  absl::Status OnRange(const v1::Range& range, Learned learned);
  absl::Status OnAwaited(const v1::Awaited& awaited);
  bool HasNews(const VersionVector& vector) const;
  bool HasUrgentNews(const VersionVector& vector) const;
  Sequence Told(std::size_t origin) const { return origin < told_.size() ? told_[origin] : 0; }
  void TellVector(const VersionVector& vector, v1::Ack* ack);
  void TellWants(v1::Ack* ack);

  Store* const store_;
  Counters counters_;
  std::vector<Update> updates_;  // of the range at hand

  // Of the stream; made anew by Open.
  bool open_ = false;
  OriginIndex neighbor_origin_ = 0;
  bool clients_wait_ = false;
  Nanos expire_after_ = 0;
  bool leaving_ = false;
  OriginReader reader_;
  OriginWriter writer_;
  std::uint64_t pushes_ = 0;
  std::uint64_t pushes_told_ = 0;
  bool told_anything_ = false;
  std::optional<Nanos> told_forgotten_before_;
  Nanos told_at_ = 0;
  VersionVector told_;
  absl::flat_hash_set<OriginIndex> rewinds_;  // to be asked for
  // What the neighbour waits to hear of.
  absl::btree_map<OriginIndex, Sequence> awaited_;
  std::vector<bool> wanted_;
  std::vector<OriginIndex> wants_to_tell_;
};

}  // namespace herd::peer
