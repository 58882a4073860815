#include "frontend/net/secure_door.h"

#include <string>

#include "server/log/log.h"

namespace herd::net {

std::unique_ptr<SecureChannel> SecureDoor::Open(const Descriptor& socket) {
  if (keeper_ == nullptr) return nullptr;
  Renew();
  return std::make_unique<SecureChannel>(context_, socket);
}

void SecureDoor::Renew() {
  const std::uint64_t version = keeper_->version();
  if (version == version_) return;
  version_ = version;
  auto context = SecureChannel::MakeContext(*keeper_->current());
  if (context.ok()) {
    context_ = *std::move(context);
  } else {
    // The first one has been tried before the door was opened.
    log::Error(std::string(context.status().message()) + "; the one before still is used");
  }
}

}  // namespace herd::net
