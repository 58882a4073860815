#include "server/peer/flood.h"

#include "absl/strings/str_cat.h"

namespace herd::peer {

Flood::Flood(Store* store, const OriginId& own, const std::vector<std::string>& neighbors)
    : own_name_(own.server) {
  for (const std::string& neighbor : neighbors) {
    links_.push_back({OutboundLink(store, own, neighbor), InboundLink(store, own)});
  }
}

absl::StatusOr<std::size_t> Flood::Identify(const v1::Hello& hello) const {
  if (hello.receiver() != own_name_) {
    return absl::PermissionDeniedError(
        absl::StrCat("this is ", own_name_, ", not ", hello.receiver()));
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].outbound.neighbor() == hello.server()) return i;
  }
  return absl::PermissionDeniedError(
      absl::StrCat(hello.server(), " is no neighbor of ", own_name_));
}

absl::Status Flood::OnPush(std::size_t neighbor, const v1::Push& push) {
  Link& link = links_[neighbor];
  const std::uint64_t run = link.inbound.neighbor_start_ns();
  return link.inbound.OnPush(push, [&](OriginIndex origin, Sequence through) {
    link.outbound.NeighborHas(run, origin, through);
  });
}

}  // namespace herd::peer
