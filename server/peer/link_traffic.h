// What has gone over the link with one neighbour since the start.
//
// Plain values. Bytes are those of the messages, without what HTTP/2 and TCP put around them.
#pragma once

#include <cstdint>

#include "herd/v1/propagate.pb.h"

namespace herd::peer {

struct LinkTraffic {
  std::uint64_t sent_messages = 0;
  std::uint64_t sent_updates = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_messages = 0;
  std::uint64_t received_bytes = 0;
  // Of the received ones, those that closed the link.
  std::uint64_t refused_messages = 0;

  // After gRPC has serialized it: its size is known then.
  void CountSent(const v1::Packet& packet) {
    ++sent_messages;
    sent_bytes += static_cast<std::uint64_t>(packet.GetCachedSize());
    for (const v1::Range& range : packet.push().ranges()) {
      sent_updates += static_cast<std::uint64_t>(range.updates_size());
    }
  }

  void CountReceived(const v1::Packet& packet) {
    ++received_messages;
    received_bytes += packet.ByteSizeLong();
  }
};

}  // namespace herd::peer
