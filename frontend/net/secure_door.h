// Where a thread of the front door gets its clients' channels: of the certificate as it is now.
//
// Belongs to that thread.
#pragma once

#include <cstdint>
#include <memory>

#include "frontend/net/secure_channel.h"
#include "frontend/net/socket.h"
#include "server/tls/identity_keeper.h"

namespace herd::net {

class SecureDoor {
 public:
  // `keeper` outlives the door; null: no TLS.
  explicit SecureDoor(const tls::IdentityKeeper* keeper) : keeper_(keeper) {}

  // A channel for a client that has just come, or null: no TLS. The socket outlives it, and may be
  // moved meanwhile.
  std::unique_ptr<SecureChannel> Open(const Descriptor& socket);

 private:
  void Renew();

  const tls::IdentityKeeper* const keeper_;
  std::uint64_t version_ = 0;  // of what the keeper has
  SecureChannel::Context context_;
};

}  // namespace herd::net
