// The sending half of a link: what to push to a neighbour next.
//
// Decides only; knows neither gRPC nor a clock. It pulls from the store what the neighbour lacks,
// so there is no queue that could grow: a slow neighbour gets fewer and newer updates. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "herd/v1/propagate.pb.h"
#include "server/peer/origin_numbers.h"
#include "server/state/store.h"

namespace herd::peer {

class OutboundLink {
 public:
  // Bounds of one push: what the neighbour's lock is held for, and gRPC's message size.
  static constexpr std::size_t kMaxUpdatesPerPush = 512;
  static constexpr std::size_t kMaxBytesPerPush = std::size_t{1} << 20;
  // Pushes under way, not acknowledged.
  static constexpr std::uint64_t kMaxPushesUnderWay = 32;

  // `own` is this run of this server, `neighbor` a name in the configuration. `store` outlives the
  // link.
  OutboundLink(Store* store, OriginId own, std::string neighbor);

  // A new stream takes the place of whatever was before.
  void Open();
  void Close();

  // While the link is closed, an Ack of the stream before is passed over.
  // Errors: INVALID_ARGUMENT, the stream has to be closed.
  absl::Status OnAck(const v1::Ack& ack);

  // The neighbour's run that began at `run_start_ns` has that origin through there, as it showed by
  // sending it. Nothing is concluded about a run that the stream does not lead to.
  void NeighborHas(std::uint64_t run_start_ns, OriginIndex origin, Sequence through);

  // Fills `push` with what to send now. False: nothing.
  // `vector` is how far the store has everything.
  bool NextPush(const VersionVector& vector, v1::Push* push);

  // The stream is open and the neighbour has said how far it has everything.
  bool up() const { return up_; }
  const std::string& neighbor() const { return neighbor_; }
  // Updates of which the neighbour has not said that it has them.
  std::uint64_t Lag(const VersionVector& vector) const;

 private:
  // Adds a range of that origin. False: the push is full.
  bool AddRange(OriginIndex origin, v1::Push* push, std::size_t* updates, std::size_t* bytes);
  void OnHave(OriginIndex origin, const v1::Have& have);

  Store* const store_;
  const OriginId own_;
  const std::string neighbor_;

  // Of the stream; made anew by Open.
  bool open_ = false;
  bool hello_sent_ = false;
  bool up_ = false;
  std::uint64_t neighbor_start_ns_ = 0;
  OriginWriter writer_;
  OriginReader reader_;
  VersionVector acknowledged_;  // what the neighbour has said
  VersionVector covered_;       // what it has or what is on its way to it
  std::uint64_t pushes_sent_ = 0;
  std::uint64_t pushes_acknowledged_ = 0;
  // By OriginIndex: rewinds that answer pushes up to this one have been heeded.
  std::vector<std::uint64_t> rewound_at_push_;
  OriginIndex next_origin_ = 0;  // the one behind that which filled a push
};

}  // namespace herd::peer
