// The sending half of a link: what to push to a neighbour next.
//
// Decides only; knows neither gRPC nor a clock. It pulls from the store what the neighbour lacks,
// so there is no queue that could grow: a slow neighbour gets fewer and newer updates. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "herd/v1/propagate.pb.h"
#include "server/peer/origin_numbers.h"
#include "server/state/store.h"

namespace herd::peer {

class OutboundLink {
 public:
  // Bounds of one push: what the neighbour's lock is held for, and gRPC's message size.
  static constexpr std::size_t kMaxUpdatesPerPush = 512;
  static constexpr std::size_t kMaxBytesPerPush = std::size_t{1} << 20;
  // Pushes under way, not acknowledged. Only a full one, or one that has a ride, is sent before all
  // others have been: on a quiet link an update leaves at once, on a busy one updates gather.
  static constexpr std::uint64_t kMaxPushesUnderWay = 32;

  // `hello` is what each stream begins with; its receiver is the neighbour. `store` outlives the
  // link.
  OutboundLink(Store* store, v1::Hello hello);

  // A new stream takes the place of whatever was before.
  void Open();
  void Close();

  // While the link is closed, an Ack of the stream before is passed over.
  // Errors: INVALID_ARGUMENT, the stream has to be closed.
  absl::Status OnAck(const v1::Ack& ack);

  // What the last ack changed, by origin: how far the neighbour has it, whether it wants it pushed.
  const std::vector<OriginIndex>& announced() const { return announced_; }
  const std::vector<OriginIndex>& turned() const { return turned_; }

  // The neighbour has that origin through there, as it showed by sending it.
  void NeighborHas(OriginIndex origin, Sequence through);

  // Asks the neighbour to say soon that it has that.
  void Await(OriginIndex origin, Sequence through);
  // What has been asked for has not all been said yet.
  bool IsAwaiting() const { return up_ && !awaited_.empty(); }

  // The neighbour's map differs from this server's, of that digest, though the vectors are equal.
  bool Differs(const VersionVector& vector, const MapDigest& digest) const;
  // Sends again, once, all that the map of that digest holds.
  void Repair(const VersionVector& vector, const MapDigest& digest);

  // Fills `push` with what to send now. False: nothing.
  // `vector` is how far the store has everything. `rides`: a message goes to the neighbour anyway.
  bool NextPush(const VersionVector& vector, bool rides, v1::Push* push);
  // It would have updates in it, without a ride.
  bool HasUpdates(const VersionVector& vector) const;

  // This server is about to stop: the next push says so.
  void Leave() { leaving_ = true; }
  // The neighbour has got to know of it.
  bool leave_known() const {
    return leave_sent_at_push_ != 0 && pushes_acknowledged_ >= leave_sent_at_push_;
  }

  // NextPush will have something, should the store have something new that the neighbour wants.
  bool is_ready() const { return up_ && MayPush(); }

  // The last push could not take all that there was to send.
  bool has_more() const { return last_push_full_; }

  // The stream is open and the neighbour has said how far it has everything.
  bool up() const { return up_; }
  // How far the neighbour has everything, by its own word; that of the last stream while there is
  // none.
  const VersionVector& acknowledged() const { return acknowledged_; }
  // The pushes of this stream, that with the hello not counted.
  std::uint64_t pushes_sent() const { return pushes_sent_; }
  std::uint64_t pushes_acknowledged() const { return pushes_acknowledged_; }
  // How far the neighbour has that origin, by its own word.
  Sequence Acknowledged(OriginIndex origin) const;
  // The same, or as it showed by sending it.
  bool Has(OriginIndex origin, Sequence through) const;
  // The neighbour wants that origin's updates pushed as they come.
  bool IsEager(OriginIndex origin) const;
  const std::string& neighbor() const { return hello_.receiver(); }
  // Updates in `vector` of which the neighbour has not said that it has them.
  std::uint64_t Lag(const VersionVector& vector) const;

 private:
  bool MayPush() const;
  std::uint64_t UnderWay() const { return pushes_sent_ - pushes_acknowledged_; }
  // Adds a range of that origin. False: the push is full.
  bool AddRange(OriginIndex origin, v1::Push* push, std::size_t* updates, std::size_t* bytes);
  absl::StatusOr<OriginIndex> Find(std::uint32_t number) const;
  void OnHave(OriginIndex origin, const v1::Have& have);
  void CountAsCovered(OriginIndex origin, Sequence through);
  void NoteHas(OriginIndex origin, Sequence through);
  absl::Status Turn(const google::protobuf::RepeatedField<std::uint32_t>& numbers, bool eager);
  // False: the push is full.
  bool AddRanges(const VersionVector& vector, v1::Push* push);
  // It is pushed as it comes, or is being repaired.
  bool IsWanted(OriginIndex origin) const;
  Sequence Covered(OriginIndex origin) const;
  void AddAwaited(v1::Push* push);

  Store* const store_;
  const v1::Hello hello_;

  // Of the stream; made anew by Open.
  bool open_ = false;
  bool hello_sent_ = false;
  bool up_ = false;
  OriginWriter writer_;
  OriginReader reader_;
  std::vector<OriginIndex> announced_;
  std::vector<OriginIndex> turned_;
  std::vector<bool> eager_;     // by OriginIndex
  VersionVector acknowledged_;  // what the neighbour has said
  VersionVector shown_;         // what it has sent
  VersionVector covered_;       // what it has or what is on its way to it
  std::uint64_t pushes_sent_ = 0;
  std::uint64_t pushes_acknowledged_ = 0;
  bool last_push_full_ = false;
  // By OriginIndex: rewinds that answer pushes up to this one have been heeded.
  std::vector<std::uint64_t> rewound_at_push_;
  std::optional<MapDigest> digest_;           // of the neighbour's map
  std::optional<MapDigest> repaired_digest_;  // of this server's map, when it was sent again
  VersionVector repair_through_;              // by origin: ranges up to there are a repair
  OriginIndex next_origin_ = 0;               // the one behind that which filled a push
  std::uint64_t leave_sent_at_push_ = 0;
  // Has not been said yet, and has not even been asked.
  absl::btree_map<OriginIndex, Sequence> awaited_;
  absl::btree_set<OriginIndex> to_ask_;

  bool leaving_ = false;
};

}  // namespace herd::peer
