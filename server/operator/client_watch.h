// What to tell one watcher next.
//
// Pulls from the store what the watcher has not been told, so there is no queue that could grow: a
// slow watcher gets of each client the newest state, and is told how many updates it missed. With
// an area it keeps the id of each client inside. Decides only; knows neither gRPC nor a clock.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "herd/v1/operator.pb.h"
#include "server/operator/area.h"
#include "server/state/store.h"

namespace herd {

class ClientWatch {
 public:
  // Bounds of one message, which it may go beyond by a few clients, and of what is looked at for
  // it.
  static constexpr int kMaxEvents = 256;
  static constexpr std::size_t kMaxEventBytes = std::size_t{256} << 10;
  static constexpr std::size_t kMaxLookedAt = 4096;
  static constexpr int kMaxClientIds = 10'000;

  // Errors: INVALID_ARGUMENT, as Area, or too many clients are named. `store` outlives the watch.
  static absl::StatusOr<std::unique_ptr<ClientWatch>> Open(const Store* store,
                                                           const v1::WatchClientsRequest& request);

  // Fills `message` with what there is to tell. False: nothing yet.
  // `vector` is how far the store has everything.
  bool Next(const VersionVector& vector, v1::WatchClientsResponse* message);
  // There is more to look at: call Next again, though nothing happens.
  bool HasMore(const VersionVector& vector) const;

  // Clients inside the area; and how much that is, where one with a long id counts as several.
  std::size_t inside() const { return inside_.size(); }
  std::size_t inside_load() const { return inside_.size() + inside_bytes_ / kBytesOfAnId; }

 private:
  // What is reckoned for a client beyond its id.
  static constexpr std::size_t kBytesOfAnId = 64;

  ClientWatch(const Store* store, const v1::WatchClientsRequest& request, std::optional<Area> area);

  void BeginAnewAfterRepair(const VersionVector& vector, v1::WatchClientsResponse* message);
  void MeetOrigins(const VersionVector& vector);
  void TellThosePresent(v1::WatchClientsResponse* message);
  void TellIfPresent(const Update& update, const OriginId& origin,
                     v1::WatchClientsResponse* message);
  void TellChanges(const VersionVector& vector, v1::WatchClientsResponse* message);
  // Tells of the next few changes of that origin. Returns how many were looked at.
  std::size_t TellChangesOf(OriginIndex origin, v1::WatchClientsResponse* message);
  void Tell(const Update& update, const OriginId& origin, v1::WatchClientsResponse* message);
  std::optional<v1::ClientEvent::Kind> Judge(const std::string& client_id, const Degrees& place);
  // Whether the client was not inside, and was.
  bool Enter(std::string_view client_id);
  bool Leave(const std::string& client_id);
  void NoteSuspects();
  void TellForgotten(v1::WatchClientsResponse* message);
  bool IsMeant(const Update& update) const;
  void AddEvent(v1::ClientEvent::Kind kind, const Update& update, const Degrees& place,
                const OriginId& origin, v1::WatchClientsResponse* message);
  bool IsFull(const v1::WatchClientsResponse& message) const;
  void TellVector(v1::WatchClientsResponse* message);

  const Store* const store_;
  const std::optional<Area> area_;
  absl::flat_hash_set<std::string> client_ids_;  // empty: all
  // Where to begin with origins that are not known here yet.
  std::map<OriginId, Sequence> begin_;
  std::vector<OriginId> origins_;  // by index

  VersionVector covered_;  // through there everything has been looked at
  VersionVector told_;     // what of that the watcher knows
  bool told_anything_ = false;
  OriginIndex next_origin_ = 0;
  std::size_t event_bytes_ = 0;  // of the message at hand
  std::uint64_t skipped_ = 0;
  std::uint64_t skipped_total_ = 0;

  // With an area: who was there at the beginning is looked for first, slot by slot. What has
  // changed since stands behind `beginning_`, and is told of as a change.
  std::optional<Slot> looking_from_;
  VersionVector beginning_;
  bool begun_told_ = false;
  absl::flat_hash_set<std::string> inside_;
  std::size_t inside_bytes_ = 0;  // of their ids
  // Of those, the ones that may have been forgotten, and how many had been when they were noted.
  std::vector<std::string> suspects_;
  std::uint64_t forgotten_ = 0;

  std::uint64_t repaired_ = 0;
  VersionVector repeat_through_;  // through there everything is told again
};

}  // namespace herd
