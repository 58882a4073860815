#include "server/peer/readiness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::peer {
namespace {

bool IsCaughtUpWith(const Readiness::Neighbor& neighbor) {
  return neighbor.in_sync && neighbor.has_caught_up && neighbor.lacking_for <= Readiness::kBehind;
}

bool LeavesBehind(const Readiness::Neighbor& neighbor) {
  return neighbor.up && (!neighbor.has_caught_up || neighbor.lacking_for > Readiness::kBehind);
}

std::string WhyNot(const Readiness::Neighbor& neighbor) {
  if (neighbor.lacking > 0) {
    return absl::StrCat("catching up: lacks ", neighbor.lacking, " updates that ", neighbor.name,
                        " has");
  }
  return absl::StrCat(neighbor.name, " is there but not in sync");
}

}  // namespace

void Readiness::Decide(bool ready, std::string why) {
  ready_ = ready;
  why_ = std::move(why);
}

void Readiness::Look(const std::vector<Neighbor>& neighbors, Nanos now) {
  if (!started_) started_ = now;
  if (neighbors.empty()) return Decide(true, "serves; has no neighbors");
  const auto caught_up = std::find_if(neighbors.begin(), neighbors.end(), IsCaughtUpWith);
  if (caught_up != neighbors.end()) {
    return Decide(true, absl::StrCat("serves; caught up with ", caught_up->name));
  }
  const auto up = std::find_if(neighbors.begin(), neighbors.end(),
                               [](const Neighbor& neighbor) { return neighbor.up; });
  if (up == neighbors.end()) return LookAlone(now);
  if (ready_ && std::none_of(neighbors.begin(), neighbors.end(), LeavesBehind)) {
    return Decide(true, "serves; no neighbor is in sync, and none has what is lacking here");
  }
  Decide(false, WhyNot(*up));
}

void Readiness::LookAlone(Nanos now) {
  if (ready_ || now - *started_ >= kAlone) {
    return Decide(true, "serves alone: no neighbor can be reached");
  }
  Decide(false, "has just begun, and has not reached a neighbor yet");
}

}  // namespace herd::peer
