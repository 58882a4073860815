#include "server/peer/in_sync.h"

#include <algorithm>

namespace herd::peer {

void InSync::OnMade(Sequence through, Nanos now) {
  if (through <= made_) return;
  made_ = through;
  if (marks_.empty() || now >= marks_.back().at + kGrain) {
    marks_.push_back({through, now});
    DropOldMarks(now);
  } else {
    // Counts as made a little earlier than it was.
    marks_.back().made = through;
  }
}

void InSync::DropOldMarks(Nanos now) {
  // Who lacks what is older than twice the bound is out of sync, however old it is.
  while (marks_.size() > 1 && marks_[1].at < now - 2 * bound_) marks_.pop_front();
}

std::optional<Nanos> InSync::LateSince(const Neighbor& neighbor) const {
  const auto mark = std::upper_bound(
      marks_.begin(), marks_.end(), neighbor.acknowledged,
      [](Sequence acknowledged, const Mark& other) { return acknowledged < other.made; });
  if (mark == marks_.end()) return std::nullopt;
  return mark->at;
}

void InSync::OnAcknowledged(std::size_t neighbor, Sequence through, Nanos now) {
  Neighbor& state = neighbors_[neighbor];
  state.up = true;
  state.acknowledged = std::max(state.acknowledged, through);
  if (state.in_sync) return;
  const std::optional<Nanos> late_since = LateSince(state);
  // Half the bound, so that a neighbour at the edge does not go in and out.
  state.in_sync = !late_since || now - *late_since <= bound_ / 2;
}

void InSync::OnDown(std::size_t neighbor) { neighbors_[neighbor] = {}; }

std::vector<std::size_t> InSync::Expire(Nanos now) {
  std::vector<std::size_t> expired;
  for (std::size_t i = 0; i < neighbors_.size(); ++i) {
    Neighbor& neighbor = neighbors_[i];
    const std::optional<Nanos> late_since = LateSince(neighbor);
    if (!neighbor.in_sync || !late_since || now < *late_since + bound_) continue;
    neighbor.in_sync = false;
    expired.push_back(i);
  }
  return expired;
}

std::optional<Nanos> InSync::Deadline() const {
  std::optional<Nanos> deadline;
  for (const Neighbor& neighbor : neighbors_) {
    if (!neighbor.in_sync) continue;
    const std::optional<Nanos> late_since = LateSince(neighbor);
    if (late_since && (!deadline || *late_since + bound_ < *deadline)) {
      deadline = *late_since + bound_;
    }
  }
  return deadline;
}

Sequence InSync::Acknowledged() const {
  Sequence acknowledged = kMaxSequence;
  for (const Neighbor& neighbor : neighbors_) {
    if (neighbor.in_sync) acknowledged = std::min(acknowledged, neighbor.acknowledged);
  }
  return acknowledged;
}

}  // namespace herd::peer
