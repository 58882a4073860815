#include "server/peer/neighbor_channel.h"

#include "server/peer/channel_arguments.h"
#include "server/tls/credentials.h"

namespace herd::peer {

std::shared_ptr<grpc::Channel> NeighborChannel(const std::string& target, const std::string& name,
                                               const tls::IdentityKeeper* identity) {
  grpc::ChannelArguments arguments = NeighborChannelArguments();
  const std::shared_ptr<const tls::Identity> own =
      identity == nullptr ? nullptr : identity->current();
  const auto credentials = tls::ChannelCredentials(own.get(), name, &arguments);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

}  // namespace herd::peer
