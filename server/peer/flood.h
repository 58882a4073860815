// What one server says to its neighbours, and concludes from what they say.
//
// Joins the halves of all links: what a neighbour sent need not be sent back to it. Decides only;
// knows neither gRPC nor a clock of its own, so that a simulation can run herds of it. Not
// thread-safe.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/peer/inbound_link.h"
#include "server/peer/outbound_link.h"
#include "server/state/store.h"

namespace herd::peer {

class Flood {
 public:
  // A neighbour is spoken of by its place in `neighbors`, which are names in the configuration.
  // `store` outlives the flood.
  Flood(Store* store, const OriginId& own, const std::vector<std::string>& neighbors);

  std::size_t neighbors() const { return links_.size(); }
  OutboundLink& outbound(std::size_t neighbor) { return links_[neighbor].outbound; }
  InboundLink& inbound(std::size_t neighbor) { return links_[neighbor].inbound; }

  // Who calls with that hello. Errors: PERMISSION_DENIED, no neighbour or meant for another server.
  absl::StatusOr<std::size_t> Identify(const v1::Hello& hello) const;

  // A push that is no hello arrived from that neighbour. Errors: the stream has to be closed.
  absl::Status OnPush(std::size_t neighbor, const v1::Push& push);

 private:
  struct Link {
    OutboundLink outbound;
    InboundLink inbound;
  };

  const std::string own_name_;
  std::deque<Link> links_;
};

}  // namespace herd::peer
