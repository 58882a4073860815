#include "server/peer/parents.h"

#include <algorithm>

namespace herd::peer {
namespace {

template <typename T>
typename std::vector<T>::reference At(std::vector<T>& values, OriginIndex origin, T absent = {}) {
  if (origin >= values.size()) values.resize(origin + std::size_t{1}, absent);
  return values[origin];
}

}  // namespace

int Parents::ParentOf(OriginIndex origin) const {
  return origin < parents_.size() ? parents_[origin] : kNone;
}

Sequence Parents::Has(int neighbor, OriginIndex origin) const {
  if (neighbor == kNone) return 0;
  const VersionVector& has = neighbors_[neighbor].has;
  return origin < has.size() ? has[origin] : 0;
}

int Parents::BestSource(OriginIndex origin, Sequence have) const {
  int best = kNone;
  for (std::size_t i = 0; i < neighbors_.size(); ++i) {
    const auto candidate = static_cast<int>(i);
    if (!neighbors_[i].up || Has(candidate, origin) <= have) continue;
    if (best == kNone || Has(candidate, origin) > Has(best, origin)) best = candidate;
  }
  return best;
}

int Parents::LikelySource(OriginIndex origin) const {
  int best = kNone;
  for (std::size_t i = 0; i < neighbors_.size(); ++i) {
    const auto candidate = static_cast<int>(i);
    // Who takes the origin from here gets nothing of it that was not here before.
    if (!neighbors_[i].up || Takes(i, origin) || Has(candidate, origin) == 0) continue;
    if (best == kNone || Has(candidate, origin) > Has(best, origin)) best = candidate;
  }
  return best;
}

bool Parents::Takes(std::size_t neighbor, OriginIndex origin) const {
  const std::vector<bool>& takes = neighbors_[neighbor].takes;
  return origin < takes.size() && takes[origin];
}

void Parents::ReplaceParent(OriginIndex origin, int neighbor) {
  if (neighbor != kNone && neighbor != ParentOf(origin)) ++neighbors_[neighbor].repairs;
  SetParent(origin, neighbor);
}

void Parents::SetParent(OriginIndex origin, int neighbor) {
  int& parent = At(parents_, origin, kNone);
  if (parent == neighbor) return;
  if (parent != kNone) changes_.push_back({static_cast<std::size_t>(parent), origin, false});
  if (neighbor != kNone) changes_.push_back({static_cast<std::size_t>(neighbor), origin, true});
  parent = neighbor;
}

void Parents::OnUp(std::size_t neighbor, OriginIndex own, const VersionVector& vector, Nanos now) {
  neighbors_[neighbor].up = true;
  neighbors_[neighbor].claim = own;
  GrantClaims(vector);
  for (std::size_t i = 0; i < neighbors_[neighbor].has.size(); ++i) {
    Consider(neighbor, static_cast<OriginIndex>(i), vector[i], now);
  }
}

// Nobody has an origin's updates sooner than the origin. But while another neighbour is handing
// over what there was before, the origin would send what is already on its way.
void Parents::GrantClaims(const VersionVector& vector) {
  for (std::size_t i = 0; i < neighbors_.size(); ++i) {
    std::optional<OriginIndex>& claim = neighbors_[i].claim;
    if (!claim) continue;
    const int parent = ParentOf(*claim);
    if (IsUp(parent) && Has(parent, *claim) > vector[*claim]) continue;
    SetParent(*claim, static_cast<int>(i));
    claim.reset();
  }
}

void Parents::OnDown(std::size_t neighbor, const VersionVector& vector) {
  neighbors_[neighbor].up = false;
  neighbors_[neighbor].claim.reset();
  for (std::size_t i = 0; i < parents_.size(); ++i) {
    if (parents_[i] != static_cast<int>(neighbor)) continue;
    const auto origin = static_cast<OriginIndex>(i);
    const int best = BestSource(origin, vector[origin]);
    ReplaceParent(origin, best != kNone ? best : LikelySource(origin));
  }
}

void Parents::OnSilent(std::size_t neighbor) {
  neighbors_[neighbor].has.clear();
  neighbors_[neighbor].takes.clear();
}

void Parents::OnAnnounced(std::size_t neighbor, OriginIndex origin, Sequence through,
                          const VersionVector& vector, Nanos now) {
  At(neighbors_[neighbor].has, origin) = through;
  Consider(neighbor, origin, vector[origin], now);
}

void Parents::Consider(std::size_t neighbor, OriginIndex origin, Sequence have, Nanos now) {
  if (origin == Store::kOwnOrigin || !neighbors_[neighbor].up) return;
  const Sequence has = Has(static_cast<int>(neighbor), origin);
  if (IsUp(ParentOf(origin))) {
    if (has > have) missing_.try_emplace(origin, Missing{.have = have, .since = now});
  } else if (has > have || (has > 0 && !Takes(neighbor, origin))) {
    SetParent(origin, static_cast<int>(neighbor));
  }
}

void Parents::OnDelivered(std::size_t neighbor, OriginIndex origin, Nanos now) {
  neighbors_[neighbor].delivered_at = now;
  if (origin == Store::kOwnOrigin) return;  // a repair brings those too
  if (!IsUp(ParentOf(origin))) SetParent(origin, static_cast<int>(neighbor));
}

void Parents::OnTaken(std::size_t neighbor, OriginIndex origin, bool taken,
                      const VersionVector& vector) {
  At(neighbors_[neighbor].takes, origin) = taken;
  const auto taker = static_cast<int>(neighbor);
  if (taken && ParentOf(origin) == taker && Has(taker, origin) <= vector[origin]) {
    SetParent(origin, LikelySource(origin));
  }
}

void Parents::Repair(const VersionVector& vector, Nanos now) {
  GrantClaims(vector);
  absl::erase_if(missing_, [&](auto& entry) {
    return Settle(entry.first, entry.second, vector[entry.first], now);
  });
}

bool Parents::Settle(OriginIndex origin, Missing& missing, Sequence have, Nanos now) {
  const int source = BestSource(origin, have);
  if (source == kNone) return true;
  if (have > missing.have) missing = {.have = have, .since = now};
  const int parent = ParentOf(origin);
  if (IsUp(parent) && now < missing.since + kWait) return false;
  missing.since = now;
  // A parent that has it, and is busy delivering other origins, will come to this one.
  const bool parent_is_busy =
      IsUp(parent) && Has(parent, origin) > have && neighbors_[parent].delivered_at > now - kWait;
  if (parent_is_busy || source == parent) return false;
  ReplaceParent(origin, source);
  return false;
}

std::optional<Nanos> Parents::Deadline() const {
  std::optional<Nanos> deadline;
  for (const auto& [origin, missing] : missing_) {
    const Nanos at = missing.since + kWait;
    if (!deadline || at < *deadline) deadline = at;
  }
  return deadline;
}

void Parents::TakeChanges(Change change) {
  for (const Switch& entry : changes_) change(entry.neighbor, entry.origin, entry.parent);
  changes_.clear();
}

}  // namespace herd::peer
