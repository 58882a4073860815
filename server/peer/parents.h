// From which neighbour each origin's updates are taken: the trees that updates run down.
//
// Each origin has one parent at a time. What another neighbour says to have and this server lacks
// may be on its way from the parent; if it has not come after a short wait, the other becomes the
// parent. Plumtree's repair (see propagate.proto) over version vectors.
//
// Decides only; knows neither gRPC nor a clock of its own. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "server/state/nanos.h"
#include "server/state/store.h"

namespace herd::peer {

class Parents {
 public:
  // How long something known to exist may be missing before another parent is picked. Longer than
  // a hop between servers takes when they are busy, shorter than anybody would call an outage.
  static constexpr Nanos kWait = 100 * kNanosPerMillisecond;

  static constexpr int kNone = -1;

  explicit Parents(std::size_t neighbors) : neighbors_(neighbors) {}

  // `vector` is how far this server has everything, in all that follows.

  // The link from that neighbour is open; `own` is the origin that it is itself.
  void OnUp(std::size_t neighbor, OriginIndex own, const VersionVector& vector, Nanos now);
  // It is closed. The origins taken from it get another parent if anybody is known to have them.
  void OnDown(std::size_t neighbor, const VersionVector& vector);

  // The neighbour says that it has the origin through there.
  void OnAnnounced(std::size_t neighbor, OriginIndex origin, Sequence through,
                   const VersionVector& vector, Nanos now);
  // The link to the neighbour is closed: what it has is not known any more.
  void OnSilent(std::size_t neighbor);
  // The neighbour delivered updates of the origin.
  void OnDelivered(std::size_t neighbor, OriginIndex origin, Nanos now);
  // The neighbour takes the origin from this server, or does so no more. Two do not go on taking it
  // from each other, since nothing new would reach them: who has no less than the other stops.
  void OnTaken(std::size_t neighbor, OriginIndex origin, bool taken, const VersionVector& vector);

  // Picks other parents for what has been missing for too long.
  void Repair(const VersionVector& vector, Nanos now);
  // When Repair is to be called again, though nothing happens; nullopt: nothing is missing.
  std::optional<Nanos> Deadline() const;

  // The neighbour from which that origin is taken, or kNone.
  int ParentOf(OriginIndex origin) const;

  // Calls `change` for each change of a parent since the last call, first for the old one.
  using Change = absl::FunctionRef<void(std::size_t neighbor, OriginIndex origin, bool parent)>;
  void TakeChanges(Change change);

  // Times that this neighbour was picked since something was missing or a parent was lost.
  std::uint64_t repairs(std::size_t neighbor) const { return neighbors_[neighbor].repairs; }

 private:
  struct Neighbor {
    bool up = false;
    std::optional<OriginIndex> claim;  // its own origin, as long as another is the parent
    Nanos delivered_at = 0;
    std::uint64_t repairs = 0;
    VersionVector has;        // by its own word
    std::vector<bool> takes;  // from this server
  };
  struct Missing {
    Sequence have = 0;  // when the wait began
    Nanos since = 0;
  };
  struct Switch {
    std::size_t neighbor;
    OriginIndex origin;
    bool parent;
  };

  void GrantClaims(const VersionVector& vector);
  void SetParent(OriginIndex origin, int neighbor);
  // Because of a loss.
  void ReplaceParent(OriginIndex origin, int neighbor);
  bool IsUp(int neighbor) const { return neighbor != kNone && neighbors_[neighbor].up; }
  Sequence Has(int neighbor, OriginIndex origin) const;
  // Who is up and says to have most of that origin, more than `have`; kNone if nobody.
  int BestSource(OriginIndex origin, Sequence have) const;
  // Who else may get that origin's updates first, if nobody has more of it yet.
  int LikelySource(OriginIndex origin) const;
  bool Takes(std::size_t neighbor, OriginIndex origin) const;
  // What that neighbour says to have may make it the parent, now or after a wait.
  void Consider(std::size_t neighbor, OriginIndex origin, Sequence have, Nanos now);
  // Whether that missing origin can be forgotten; picks another parent if it has to.
  bool Settle(OriginIndex origin, Missing& missing, Sequence have, Nanos now);

  std::vector<Neighbor> neighbors_;
  std::vector<int> parents_;  // by origin
  absl::btree_map<OriginIndex, Missing> missing_;
  std::vector<Switch> changes_;
};

}  // namespace herd::peer
