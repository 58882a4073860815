// The replicated map: every client's newest update, and how far this server has each origin.
//
// Thread-safe; any thread may call anything. One lock guards the map, and each call takes it once,
// however long its batch is. Knows neither gRPC nor sockets nor a clock.
//
// Invariants:
//  1. A record only ever changes to a newer update, in the order stated in propagate.proto.
//  2. Having an origin through n, the store holds each of that origin's updates 1 to n, or one that
//     supersedes it, unless it has been forgotten.
//  3. Between calls, what is live in an origin's log is exactly those of its updates that are some
//     client's record.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "server/state/digest.h"
#include "server/state/fix.h"
#include "server/state/nanos.h"
#include "server/state/origin.h"
#include "server/state/record_table.h"
#include "server/state/server_names.h"
#include "server/state/update_log.h"

namespace herd {

// What a client asks of the map; part of a batch.
struct Request {
  // kRelay: a report that another server got, which is no neighbour and floods nothing itself.
  // kRefused is set by Execute: a report or relay of a client that is not known, when no more may
  // be.
  enum class Kind : std::uint8_t { kNone, kReport, kRelay, kLookup, kRefused };

  Kind kind = Kind::kNone;
  std::string_view client_id;

  // kReport and kRelay only.
  Fix fix;
  FixText text;
  Nanos skew = 0;
  // kRelay only: who got the report.
  std::string_view server;

  // kLookup only, set by Execute: which of the sightings is the answer.
  static constexpr std::int32_t kUnknownClient = -1;
  std::int32_t sighting = kUnknownClient;
};

// A client's record, as a lookup gives it out.
struct Sighting {
  // The server that got the report, and its difference.
  std::string server;
  Nanos skew = 0;
  std::string position;
  std::string time;
};

// A version vector: how far each origin is had. Indexed by OriginIndex; origins beyond its end are
// had through 0.
using VersionVector = std::vector<Sequence>;

class Store {
 public:
  static constexpr OriginIndex kOwnOrigin = 0;

  static constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

  // `own` is this run of this server. When `most_clients` are known, reports of further ones are
  // refused; updates of other servers never are, since all are to hold the same.
  explicit Store(OriginId own, std::size_t most_clients = kAnyNumber);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Executes the requests in their order. A report that is the newest of its client becomes an
  // update of this server's; an older one, and one that repeats what is stored, changes nothing.
  // So does a relay, but that it has to be of a later time: what comes back in a circle is nothing
  // new. Answers of lookups are appended to `sightings`.
  struct Executed {
    // Updates that reports, and that relays have made.
    std::size_t updates = 0;
    std::size_t relayed = 0;
    // Reports and relays that have been refused.
    std::size_t refused = 0;
    // The newest updates, by origin, that are now the records of clients who reported; nobody waits
    // for those of relays.
    Versions reported;
  };
  Executed Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The number under which this store keeps that origin; the same as long as the store lives.
  // nullopt: there are as many as OriginIndex can count.
  std::optional<OriginIndex> Intern(const OriginId& id) ABSL_LOCKS_EXCLUDED(mutex_);
  OriginId Origin(OriginIndex origin) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::size_t origins() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Another server's updates after < number <= through, ascending. Those that the store has already
  // are passed over.
  struct Applied {
    // The range begins behind what the store has: nothing was changed.
    bool gap = false;
    // The range goes beyond what this run of this server has made: nothing was changed.
    bool beyond_own = false;
    // How far the store has the origin now.
    Sequence through = 0;
    std::size_t duplicates = 0;
  };
  Applied Apply(OriginIndex origin, Sequence after, Sequence through,
                absl::Span<const Update> updates) ABSL_LOCKS_EXCLUDED(mutex_);

  // The same of updates that the store may lack though its vector covers them: all are looked at.
  Applied Repair(OriginIndex origin, Sequence after, Sequence through,
                 absl::Span<const Update> updates) ABSL_LOCKS_EXCLUDED(mutex_);

  // Visits the live updates of that origin behind `after`, in order, until `visit` says false. The
  // views that it is given are valid during the call only, and it must not call the store.
  // Returns through which number everything has been visited.
  Sequence Collect(OriginIndex origin, Sequence after,
                   absl::FunctionRef<bool(const Update&)> visit) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Visits the record of that client, as Collect does; false: there is none.
  bool Find(std::string_view client_id,
            absl::FunctionRef<void(OriginIndex, const Update&)> visit) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Visits the records in so many slots from that one on, as Collect does. Returns the slot behind
  // the last, which is `from` when there is none.
  Slot Scan(Slot from, std::size_t count,
            absl::FunctionRef<void(Slot, OriginIndex, const Update&)> visit) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Forgets all clients that were last heard of before that time, by the clock of whoever got their
  // report; and takes in no such updates of others any more, but counts them as had. Until it is
  // called again, which may also be with an earlier time. Takes the lock for a short time, again
  // and again; not to be called by two threads at once. Returns how many clients it has forgotten.
  std::size_t Forget(Nanos before) ABSL_LOCKS_EXCLUDED(mutex_);
  // Clients that have been forgotten since the start.
  std::uint64_t forgotten() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Slots that Scan looks at are below.
  Slot slots() const ABSL_LOCKS_EXCLUDED(mutex_);

  // How many repairs have changed the map, though the vector covered what they brought.
  std::uint64_t repaired() const ABSL_LOCKS_EXCLUDED(mutex_);

  void ReadVector(VersionVector* vector) const ABSL_LOCKS_EXCLUDED(mutex_);
  // And a digest of the map at the same moment.
  void ReadVector(VersionVector* vector, MapDigest* digest) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::size_t clients() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Entries that the logs of all origins keep, see update_log.h.
  std::size_t log_length() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Batches are worked through in groups of this many, so that what is prefetched is still there
  // when it is needed.
  static constexpr std::size_t kGroup = 64;
  // Records that are looked at under one lock to see whether they are to be forgotten.
  static constexpr Slot kForgetLook = 1024;

  struct OriginState {
    OriginId id;
    std::uint64_t hash = 0;
    Sequence through = 0;
    UpdateLog log;
  };

  // What is known of the clients of a group before their records are there.
  struct Ahead {
    std::array<std::uint64_t, kGroup> hashes;
    std::array<Slot, kGroup> candidates;
  };
  // `items` have a client_id.
  template <typename Items>
  void LookAhead(const Items& items, Ahead* ahead) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  RecordTable::Entry FindOrInsert(std::string_view client_id, const Ahead& ahead, std::size_t item)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void ExecuteGroup(absl::Span<Request> requests, std::vector<Sighting>* sightings,
                    Executed* executed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Report(const Request& request, RecordTable::Entry entry, Executed* executed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Relay(const Request& request, const Ahead& ahead, std::size_t item, Executed* executed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsToBeRefused(std::string_view client_id, const Ahead& ahead, std::size_t item) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool LookUp(std::string_view client_id, std::uint64_t hash, Sighting* sighting) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Applied ApplyLocked(OriginIndex origin, Sequence after, Sequence through, bool repair,
                      absl::Span<const Update> updates) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyGroup(OriginIndex origin, absl::Span<const Update> updates)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Looks at some slots from that one on. Returns the slot behind the last, or that one at the end.
  Slot ForgetSome(Slot from, std::size_t* forgotten) ABSL_LOCKS_EXCLUDED(mutex_);

  // Visits the live updates of that origin behind `after`, see Collect.
  template <typename Visit>
  Sequence VisitLive(OriginIndex origin, Sequence after, const Visit& visit) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Update ToUpdate(const Record& record) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether that update is newer than the record.
  bool Supersedes(OriginIndex origin, const Update& update, const Record& record) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Replace(RecordTable::Entry entry, OriginIndex origin, const Update& update)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // At the end of a group that has appended to that origin's log.
  void DropSuperseded(OriginIndex appended) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropSupersededOf(OriginIndex origin) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::size_t most_clients_;
  mutable absl::Mutex mutex_;
  RecordTable records_ ABSL_GUARDED_BY(mutex_);
  std::vector<OriginState> origins_ ABSL_GUARDED_BY(mutex_);
  // Of those who got reports that others relayed.
  ServerNames servers_ ABSL_GUARDED_BY(mutex_);
  MapDigest digest_ ABSL_GUARDED_BY(mutex_);
  Nanos too_old_ ABSL_GUARDED_BY(mutex_) = std::numeric_limits<Nanos>::min();
  std::uint64_t forgotten_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t repaired_ ABSL_GUARDED_BY(mutex_) = 0;
  // By this group, and still in the logs.
  std::vector<Version> superseded_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<OriginId, OriginIndex> origin_indexes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace herd
