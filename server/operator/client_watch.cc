#include "server/operator/client_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/operator/client_message.h"

namespace herd {
namespace {

// At once, under the store's lock. So many may stand in a message beyond its bounds.
constexpr std::size_t kClientsPerLook = 32;
constexpr int kChangesPerLook = 64;

Sequence Get(const VersionVector& vector, OriginIndex origin) {
  return origin < vector.size() ? vector[origin] : 0;
}

OriginId ToOriginId(const v1::Origin& origin) {
  return {.server = origin.server(), .start_ns = origin.start_ns()};
}

}  // namespace

void ClientWatch::AddEvent(v1::ClientEvent::Kind kind, const Update& update, const Degrees& place,
                           const OriginId& origin, v1::WatchClientsResponse* message) {
  v1::ClientEvent* const event = message->add_events();
  event->set_kind(kind);
  ToMessage(update, place, event->mutable_client());
  SetOrigin(origin, event->mutable_client()->mutable_origin());
  event_bytes_ += event->ByteSizeLong();
}

bool ClientWatch::IsFull(const v1::WatchClientsResponse& message) const {
  return message.events_size() >= kMaxEvents || event_bytes_ >= kMaxEventBytes;
}

absl::StatusOr<std::unique_ptr<ClientWatch>> ClientWatch::Open(
    const Store* store, const v1::WatchClientsRequest& request) {
  if (request.client_ids_size() + request.client_ids_bytes_size() > kMaxClientIds) {
    return absl::InvalidArgumentError(
        absl::StrCat("more than ", kMaxClientIds, " clients are named"));
  }
  if (!request.has_area()) {
    return std::unique_ptr<ClientWatch>(new ClientWatch(store, request, std::nullopt));
  }
  const absl::StatusOr<Area> area = Area::From(request.area());
  if (!area.ok()) return area.status();
  return std::unique_ptr<ClientWatch>(new ClientWatch(store, request, *area));
}

ClientWatch::ClientWatch(const Store* store, const v1::WatchClientsRequest& request,
                         std::optional<Area> area)
    : store_(store),
      area_(std::move(area)),
      client_ids_(request.client_ids().begin(), request.client_ids().end()),
      repaired_(store->repaired()) {
  client_ids_.insert(request.client_ids_bytes().begin(), request.client_ids_bytes().end());
  if (request.has_after() && !area_) {
    VersionVector now;
    store_->ReadVector(&now);
    const OriginId own = store_->Origin(Store::kOwnOrigin);
    for (const v1::OriginProgress& entry : request.after().entries()) {
      const OriginId origin = ToOriginId(entry.origin());
      // More of its own than there are this server has never told.
      const Sequence most = origin == own ? now[Store::kOwnOrigin] : kMaxSequence;
      begin_[origin] = std::min<Sequence>(entry.through(), most);
    }
  } else {
    store_->ReadVector(&covered_);
  }
  if (!area_) return;
  looking_from_ = 0;
  beginning_ = covered_;
}

bool ClientWatch::HasMore(const VersionVector& vector) const {
  if (looking_from_ || !suspects_.empty()) return true;
  if (!inside_.empty() && store_->forgotten() != forgotten_) return true;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (Get(covered_, static_cast<OriginIndex>(i)) < vector[i]) return true;
  }
  return false;
}

bool ClientWatch::Next(const VersionVector& vector, v1::WatchClientsResponse* message) {
  message->Clear();
  event_bytes_ = 0;
  BeginAnewAfterRepair(vector, message);
  MeetOrigins(vector);
  if (looking_from_) TellThosePresent(message);
  if (!looking_from_) TellForgotten(message);
  if (!looking_from_ && suspects_.empty()) TellChanges(vector, message);
  const bool begins = !looking_from_ && !begun_told_;
  if (told_anything_ && message->events().empty() && !begins && !message->repeats()) return false;
  told_anything_ = true;
  begun_told_ = !looking_from_;
  message->set_begun(begun_told_);
  skipped_total_ += skipped_;
  message->set_skipped(std::exchange(skipped_, 0));
  message->set_skipped_total(skipped_total_);
  TellVector(message);
  return true;
}

// A repair brings updates that `covered_` covers.
void ClientWatch::BeginAnewAfterRepair(const VersionVector& vector,
                                       v1::WatchClientsResponse* message) {
  const std::uint64_t repaired = store_->repaired();
  if (std::exchange(repaired_, repaired) == repaired) return;
  repeat_through_ = vector;
  covered_.assign(covered_.size(), 0);
  message->set_repeats(true);
}

void ClientWatch::MeetOrigins(const VersionVector& vector) {
  while (origins_.size() < vector.size()) {
    origins_.push_back(store_->Origin(static_cast<OriginIndex>(origins_.size())));
    if (covered_.size() >= origins_.size()) continue;
    const auto begin = begin_.find(origins_.back());
    covered_.push_back(begin == begin_.end() ? 0 : begin->second);
  }
}

void ClientWatch::TellThosePresent(v1::WatchClientsResponse* message) {
  std::size_t looked_at = 0;
  while (looked_at < kMaxLookedAt && !IsFull(*message)) {
    const Slot from = *looking_from_;
    const Slot end =
        store_->Scan(from, kClientsPerLook, [&](Slot, OriginIndex origin, const Update& update) {
          if (update.sequence > Get(beginning_, origin)) return;
          TellIfPresent(update, origins_[origin], message);
        });
    looking_from_ = end;
    looked_at += end - from;
    if (end > from) continue;
    looking_from_.reset();
    return;
  }
}

void ClientWatch::TellIfPresent(const Update& update, const OriginId& origin,
                                v1::WatchClientsResponse* message) {
  if (!IsMeant(update)) return;
  const Degrees place = ToDegrees(update);
  if (!area_->Contains(place)) return;
  Enter(update.client_id);
  AddEvent(v1::ClientEvent::KIND_PRESENT, update, place, origin, message);
}

bool ClientWatch::Enter(std::string_view client_id) {
  const bool is_new = inside_.emplace(client_id).second;
  if (is_new) inside_bytes_ += client_id.size();
  return is_new;
}

bool ClientWatch::Leave(const std::string& client_id) {
  const bool was_inside = inside_.erase(client_id) > 0;
  if (was_inside) inside_bytes_ -= client_id.size();
  return was_inside;
}

void ClientWatch::NoteSuspects() {
  const std::uint64_t forgotten = store_->forgotten();
  if (std::exchange(forgotten_, forgotten) == forgotten) return;
  suspects_.assign(inside_.begin(), inside_.end());
}

// Before any change is told. A client that has come back by then has not left.
void ClientWatch::TellForgotten(v1::WatchClientsResponse* message) {
  if (suspects_.empty()) NoteSuspects();
  for (std::size_t looked_at = 0; looked_at < kMaxLookedAt && !IsFull(*message); ++looked_at) {
    if (suspects_.empty()) return;
    const std::string client_id = std::move(suspects_.back());
    suspects_.pop_back();
    if (store_->Find(client_id, [](OriginIndex, const Update&) {})) continue;
    Leave(client_id);
    v1::ClientEvent* const event = message->add_events();
    event->set_kind(v1::ClientEvent::KIND_FORGOTTEN);
    SetClientId(client_id, event->mutable_client());
    event_bytes_ += event->ByteSizeLong();
  }
}

void ClientWatch::TellChanges(const VersionVector& vector, v1::WatchClientsResponse* message) {
  std::size_t looked_at = 0;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (next_origin_ >= vector.size()) next_origin_ = 0;
    while (covered_[next_origin_] < vector[next_origin_]) {
      if (looked_at >= kMaxLookedAt || IsFull(*message)) {
        // So that one origin at which much happens keeps nobody from hearing of the others.
        ++next_origin_;
        return;
      }
      looked_at += TellChangesOf(next_origin_, message);
    }
    ++next_origin_;
  }
}

std::size_t ClientWatch::TellChangesOf(OriginIndex origin, v1::WatchClientsResponse* message) {
  const Sequence after = covered_[origin];
  int looked_at = 0;
  covered_[origin] = store_->Collect(origin, after, [&](const Update& update) {
    Tell(update, origins_[origin], message);
    return ++looked_at < kChangesPerLook && !IsFull(*message);
  });
  if (after >= Get(repeat_through_, origin)) {
    skipped_ += covered_[origin] - after - static_cast<std::uint64_t>(looked_at);
  }
  return static_cast<std::size_t>(looked_at);
}

void ClientWatch::Tell(const Update& update, const OriginId& origin,
                       v1::WatchClientsResponse* message) {
  if (!IsMeant(update)) return;
  const Degrees place = ToDegrees(update);
  const std::optional<v1::ClientEvent::Kind> kind = Judge(std::string(update.client_id), place);
  if (kind) AddEvent(*kind, update, place, origin, message);
}

std::optional<v1::ClientEvent::Kind> ClientWatch::Judge(const std::string& client_id,
                                                        const Degrees& place) {
  if (!area_) return v1::ClientEvent::KIND_MOVED;
  if (area_->Contains(place)) {
    return Enter(client_id) ? v1::ClientEvent::KIND_ENTERED : v1::ClientEvent::KIND_MOVED;
  }
  if (Leave(client_id)) return v1::ClientEvent::KIND_LEFT;
  return std::nullopt;
}

bool ClientWatch::IsMeant(const Update& update) const {
  return client_ids_.empty() ||
         client_ids_.contains(absl::string_view(update.client_id.data(), update.client_id.size()));
}

void ClientWatch::TellVector(v1::WatchClientsResponse* message) {
  told_.resize(covered_.size());
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    if (std::exchange(told_[i], covered_[i]) == covered_[i]) continue;
    v1::OriginProgress* const entry = message->add_vector();
    SetOrigin(origins_[i], entry->mutable_origin());
    entry->set_through(covered_[i]);
  }
}

}  // namespace herd
