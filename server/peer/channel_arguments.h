// How both ends of a link keep it alive and find out that it is dead.
#pragma once

#include "grpcpp/grpcpp.h"

namespace herd::peer {

// Pings are sent this often, and a peer that does not answer one for as long again is gone: so a
// neighbour that vanishes without a word is missed after two seconds.
inline constexpr int kKeepaliveMs = 1000;

// How long an attempt to connect may take: a handshake over any distance does not, and one that a
// broken wire has swallowed would keep the next one waiting.
inline constexpr int kConnectMs = 500;

// Nobody who calls needs longer to shake hands, nor has a reason to stay without a call. That
// bounds for how long strangers may keep descriptors; gRPC has no bound of how many.
inline constexpr int kHandshakeMs = 5000;
inline constexpr int kIdleMs = 10'000;

// How long it may take before that to look the neighbour's name up.
inline constexpr int kLookUpMs = 1000;

// What may be under way on a stream. gRPC would find it out by pings, which on a link of many small
// messages cost as much as these.
inline constexpr int kWindowBytes = 1 << 20;

// Calls on one connection: a neighbour makes one, and no other after it. gRPC takes in the first
// message of each before anybody looks at it, and that may have megabytes.
inline constexpr int kCallsOnAConnection = 2;

// What gRPC would do to each message and a link has no use for: compression, deadlines of calls,
// statistics. That none is too long it still sees to.
inline constexpr const char* kUnused[] = {
    GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION,
    GRPC_ARG_ENABLE_DEADLINE_CHECKS, GRPC_ARG_ENABLE_CHANNELZ};

inline grpc::ChannelArguments NeighborChannelArguments() {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // gRPC waits for a connection as long as the longer of the two; no channel connects twice.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_DNS_ARES_QUERY_TIMEOUT_MS, kLookUpMs);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  for (const char* const unused : kUnused) arguments.SetInt(unused, 0);
  // No copy of what was sent is wanted either, in case the call were to be made again.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Links share nothing, also when they lead to one address.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

inline void SetServerArguments(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  for (const char* const unused : kUnused) builder.AddChannelArgument(unused, 0);
  // Else a neighbour is sent away for the pings above.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kKeepaliveMs / 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kCallsOnAConnection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  // A second server on the port is an error, not a silent sharer of its connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace herd::peer
