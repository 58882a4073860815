// What one server says to its neighbours, and concludes from what they say.
//
// Joins the halves of all links. Decides only; knows neither gRPC nor a clock of its own, so that a
// simulation can run herds of it: times are of one monotonic clock that the caller keeps. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/count/durations.h"
#include "server/peer/in_sync.h"
#include "server/peer/inbound_link.h"
#include "server/peer/lag_clock.h"
#include "server/peer/outbound_link.h"
#include "server/peer/parents.h"
#include "server/peer/readiness.h"
#include "server/state/store.h"

namespace herd::peer {

class Flood {
 public:
  struct Options {
    // A neighbour that acknowledges later than this is not waited for.
    Nanos in_sync_bound = 500 * kNanosPerMillisecond;
    // A packet follows the one before it no sooner than this, unless that one could not take all,
    // or the neighbour's clients wait: so on a busy link much goes in one, and the first on a quiet
    // link goes at once. 0 where clients wait for what neighbours answer, kGather where they do
    // not.
    Nanos gather = 0;
    // A client that is silent for so long is forgotten; 0: none is. Only told, see Hello.
    Nanos expire_after = 0;
  };
  // As little as nobody notices, and as much as lets a packet's cost disappear.
  static constexpr Nanos kGather = 2 * kNanosPerMillisecond;

  // A neighbour is spoken of by its place in `neighbors`, which are names in the configuration.
  // `store` outlives the flood.
  Flood(Store* store, const OriginId& own, const std::vector<std::string>& neighbors,
        const Options& options);

  std::size_t neighbors() const { return links_.size(); }
  const OutboundLink& outbound(std::size_t neighbor) const { return links_[neighbor].outbound; }
  const InboundLink& inbound(std::size_t neighbor) const { return links_[neighbor].inbound; }

  // Of two neighbours one calls the other.
  bool IsForUsToCall(std::size_t neighbor) const {
    return own_name_ < links_[neighbor].outbound.neighbor();
  }
  // Who says that hello. Errors: PERMISSION_DENIED, no neighbour or meant for another server.
  absl::StatusOr<std::size_t> Identify(const v1::Hello& hello) const;

  // When the run of the neighbour with which there is a link began, as it says; since the POSIX
  // epoch. Its hello has come.
  std::uint64_t StartOf(std::size_t neighbor) const {
    return store_->Origin(links_[neighbor].inbound.neighbor_origin()).start_ns;
  }

  // A new stream of the link with that neighbour takes the place of whatever was before.
  void Open(std::size_t neighbor);
  // What came on it. Errors: the stream has to be closed with that status.
  absl::Status OnPacket(std::size_t neighbor, const v1::Packet& packet, Nanos now);
  void Close(std::size_t neighbor);

  // Looks at the store and the time. To be called before NextPacket, whenever something has
  // happened or its deadline has come. Returns the neighbours that have fallen out of sync for
  // being late.
  std::vector<std::size_t> Advance(Nanos now);
  std::optional<Nanos> AdvanceDeadline() const;
  // When NextPacket for that neighbour is to be called again, though nothing happens.
  std::optional<Nanos> PacketDeadline(std::size_t neighbor) const;

  // Fills `packet` with all there is to say to the neighbour now. False: nothing.
  bool NextPacket(std::size_t neighbor, Nanos now, v1::Packet* packet);
  // There would be updates in it, which others farther on wait for.
  bool HandsOver(std::size_t neighbor) const {
    return !IsGathering(links_[neighbor]) && links_[neighbor].outbound.HasUpdates(vector_);
  }
  // There would be, should the store have something new that the neighbour wants.
  bool IsReady(std::size_t neighbor) const {
    return !IsGathering(links_[neighbor]) && links_[neighbor].outbound.is_ready();
  }
  // Advance and NextPacket are to be called as soon as the store has something new: somebody can be
  // told of it, or the time at which it came matters.
  bool IsNewsAwaited() const;

  // Looks at the store, finds out who is how far behind, and whether this server is ready. To be
  // called some ten times a second while anything happens, and once a second else.
  void Look(Nanos now);
  // As of the last Look.
  const Readiness& readiness() const { return readiness_; }
  // How long the neighbour is behind this server, and this server behind the neighbour.
  Nanos LagTime(std::size_t neighbor, Nanos now) const { return links_[neighbor].lag.Lag(now); }
  Nanos LackingTime(std::size_t neighbor, Nanos now) const {
    return links_[neighbor].lacking.Lag(now);
  }
  // Updates that the neighbour says to have and this server lacks.
  std::uint64_t Lacking(std::size_t neighbor) const;
  // How long the last push that was timed took to be acknowledged; 0 before the first.
  Nanos RoundTrip(std::size_t neighbor) const { return links_[neighbor].round_trip; }
  // And all that were.
  const count::Durations& RoundTrips(std::size_t neighbor) const {
    return links_[neighbor].round_trips;
  }

  // This server is about to stop, and makes no more updates. The neighbours are told, so that they
  // do not rely on it any more; what it got until they knew, they are handed.
  void Leave();
  // The neighbours know, and have it all; all of them that can be reached.
  bool HasLeft() const;

  bool IsInSync(std::size_t neighbor) const { return in_sync_.Contains(neighbor); }
  // Through where the neighbours in sync have this server's own updates; kMaxSequence if none is.
  Sequence Acknowledged() const { return in_sync_.Acknowledged(); }
  // Whether all neighbours in sync have that update, of whatever origin.
  bool IsAcknowledged(const Version& version) const;
  // Somebody waits for that: who has not said so is asked to, soon.
  void Await(const Version& version);
  bool IsAwaiting() const;
  std::uint64_t Lag(std::size_t neighbor) const { return links_[neighbor].outbound.Lag(vector_); }
  std::uint64_t repairs(std::size_t neighbor) const { return parents_.repairs(neighbor); }
  // Times that a neighbour's map was found to differ though the vectors were equal.
  std::uint64_t divergences() const { return divergences_; }
  // How far this server has everything, as of the last look at the store.
  const VersionVector& vector() const { return vector_; }
  int ParentOf(OriginIndex origin) const { return parents_.ParentOf(origin); }

 private:
  // While an answer is due, nobody tells of more updates unless they can be sent: they count as
  // made at the look before the one that finds them, and the next look is no later than this.
  static constexpr Nanos kLookWhileDue = 20 * kNanosPerMillisecond;

  struct Link {
    OutboundLink outbound;
    InboundLink inbound;
    // No packet goes before.
    Nanos gathers_until = 0;
    // By origin: what the neighbour had while it stayed; it left in order since, if it is gone.
    VersionVector handed_over;
    // How long it is behind us, and we behind it.
    LagClock lag;
    LagClock lacking;
    // The push that is being timed, 0: none; since when; and how long the one before it took.
    std::uint64_t timed_push = 0;
    Nanos timed_since = 0;
    Nanos round_trip = 0;
    count::Durations round_trips;
  };

  absl::Status OnHello(std::size_t neighbor, const v1::Hello& hello, Nanos now);
  absl::Status OnPush(std::size_t neighbor, const v1::Push& push, Nanos now);
  absl::Status OnAck(std::size_t neighbor, const v1::Ack& ack, Nanos now);
  bool IsGathering(const Link& link) const;
  // A client waits for a neighbour in sync.
  bool IsAnswerDue() const { return in_sync_.Deadline().has_value(); }
  // The neighbour is there, and goes on being there.
  static bool IsStaying(const Link& link);
  Readiness::Neighbor ReadinessOf(std::size_t neighbor, Nanos now) const;
  static void StartTiming(Link& link, Nanos now);
  static void StopTiming(Link& link, Nanos now);
  void DrawUpLegacy();
  static void NoteHandedOver(Link& link, OriginIndex origin, Sequence through);
  bool IsHandedOver(OriginIndex origin, Sequence through) const;
  void TellParents();

  const std::string own_name_;
  Store* const store_;
  std::deque<Link> links_;
  Parents parents_;
  InSync in_sync_;
  Readiness readiness_;
  const Nanos gather_;
  // When the store was last looked at, and how far it had everything then.
  Nanos now_ = 0;
  VersionVector vector_;
  MapDigest digest_;
  std::uint64_t divergences_ = 0;
  bool leaving_ = false;
  // What there was when the last of those that know got to know that this server leaves.
  std::optional<VersionVector> legacy_;
  std::ptrdiff_t knowing_ = 0;
};

}  // namespace herd::peer
