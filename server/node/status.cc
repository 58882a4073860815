#include "server/node/status.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "absl/time/clock.h"
#include "server/log/log.h"
#include "server/node/descriptors.h"
#include "server/operator/client_message.h"
#include "server/operator/log_level.h"
#include "server/peer/durations_message.h"

namespace herd {
namespace {

std::uint64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size_pages = 0;
  std::uint64_t resident_pages = 0;
  statm >> size_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void DescribeConfig(const NodeOptions& options, v1::Config* config) {
  for (const config::ServerConfig& server : options.herd.servers) config->add_servers(server.name);
  const config::ServerConfig& self = *options.herd.Find(options.server);
  config->set_host(self.host);
  config->set_client_port(self.client_port);
  config->set_propagate_port(self.propagate_port);
  config->set_operator_port(self.operator_port);
  for (const std::string& neighbor : self.neighbors) config->add_neighbors(neighbor);
  config->set_metrics_port(self.metrics_port);
  config->set_metrics_listen(options.metrics_listen);
  config->set_listen(options.listen);
  config->set_threads(static_cast<std::uint32_t>(options.threads));
  config->set_traffic_log(options.log_traffic);
  config->set_log_level(ToMessage(log::CurrentLevel()));
  config->set_in_sync_bound_ns(static_cast<std::uint64_t>(options.in_sync_bound));
}

}  // namespace

void DescribeProcess(const NodeOptions& options, const OriginId& own,
                     v1::GetStatusResponse* status) {
  status->set_server(own.server);
  status->set_version(options.version);
  status->set_start_ns(own.start_ns);
  // The clock may have been set back since.
  const auto now = static_cast<std::uint64_t>(absl::GetCurrentTimeNanos());
  status->set_uptime_ns(std::max(now, own.start_ns) - own.start_ns);
  DescribeConfig(options, status->mutable_config());
  status->set_resident_bytes(ResidentBytes());
  status->set_descriptor_limit(DescriptorLimit());
  status->set_ack_mode(options.ack == NodeOptions::Ack::kLocal ? v1::ACK_MODE_LOCAL
                                                               : v1::ACK_MODE_NEIGHBORS);
}

void DescribeMap(const Store& store, v1::GetStatusResponse* status) {
  VersionVector vector;
  MapDigest digest;
  store.ReadVector(&vector, &digest);
  status->set_clients(store.clients());
  status->set_digest(digest.sum);
  status->set_forgotten_before_ns(digest.forgotten_before.value_or(-1));
  status->set_forgotten_clients(store.forgotten());
  status->set_made_updates(vector[Store::kOwnOrigin]);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    v1::OriginProgress* const progress = status->add_vector();
    SetOrigin(store.Origin(static_cast<OriginIndex>(i)), progress->mutable_origin());
    progress->set_through(vector[i]);
  }
}

void DescribeFrontDoor(const net::FrontDoor& front_door, v1::FrontDoor* door) {
  const net::DoorCounts counts = front_door.Count();
  const auto closed = [&](net::Closure reason) {
    return counts.closed[static_cast<std::size_t>(reason)];
  };
  door->set_accepted_connections(counts.accepted);
  door->set_accept_failures(counts.accept_failures);
  door->set_received_bytes(counts.received_bytes);
  door->set_sent_bytes(counts.sent_bytes);
  door->set_iamats(counts.reports);
  door->set_whatsats(counts.lookups);
  door->set_unknown_whatsats(counts.unknown);
  door->set_invalid(counts.invalid);
  door->set_cut_off(counts.cut_off);
  door->set_refused_iamats(counts.refused_clients);
  door->set_relays(counts.relays);
  door->set_refused_relays(counts.refused_relays);
  door->set_invalid_relays(counts.invalid_relays);
  door->set_refused_connections(counts.refused);
  door->set_refused_of_address(counts.refused_of_address);
  door->set_closed_idle(closed(net::Closure::kIdle));
  door->set_closed_unfinished_line(closed(net::Closure::kUnfinishedLine));
  door->set_closed_untaken_replies(closed(net::Closure::kUntakenReplies));
  door->set_closed_pending_bytes(closed(net::Closure::kPendingBytes));
  door->set_closed_unfinished_handshake(closed(net::Closure::kUnfinishedHandshake));
  door->set_closed_failed_handshake(closed(net::Closure::kFailedHandshake));
  door->set_pending_bytes(front_door.kept_bytes());
  const auto replies = [&](WaitedFor waited_for) -> const count::Durations& {
    return counts.reply_times[static_cast<std::size_t>(waited_for)];
  };
  peer::FillIn(replies(WaitedFor::kNothing), door->mutable_immediate_replies());
  peer::FillIn(replies(WaitedFor::kNeighbors), door->mutable_neighbor_replies());
  peer::FillIn(replies(WaitedFor::kPlaces), door->mutable_places_replies());
}

void DescribeLimits(const net::Limits& limits, const NodeOptions& options,
                    v1::ClientLimits* message) {
  message->set_clients(options.most_clients == Store::kAnyNumber ? 0 : options.most_clients);
  message->set_expire_after_ns(static_cast<std::uint64_t>(options.expire_after));
  message->set_connections(limits.connections);
  message->set_connections_per_address(limits.connections_per_address);
  message->set_idle_ns(static_cast<std::uint64_t>(limits.idle));
  message->set_line_ns(static_cast<std::uint64_t>(limits.line));
  message->set_reply_ns(static_cast<std::uint64_t>(limits.reply));
  message->set_pending_bytes(limits.pending_bytes);
}

void DescribeCertificates(const tls::IdentityKeeper* own, const tls::IdentityKeeper* clients,
                          v1::GetStatusResponse* status) {
  const auto expires = [](const tls::IdentityKeeper* keeper) -> std::uint64_t {
    if (keeper == nullptr) return 0;
    return static_cast<std::uint64_t>(absl::ToUnixNanos(keeper->current()->expires));
  };
  status->set_certificate_expires_ns(expires(own));
  status->set_client_certificate_expires_ns(expires(clients));
}

void DescribeLog(const log::Counts& counts, v1::LogCounts* log) {
  log->set_debug(counts.debug);
  log->set_info(counts.info);
  log->set_warning(counts.warning);
  log->set_error(counts.error);
  log->set_failed_writes(counts.failed_writes);
}

void DescribeTextLinks(const net::TextLinks& links,
                       google::protobuf::RepeatedPtrField<v1::TextNeighbor>* neighbors) {
  for (const net::TextLinkStatus& link : links.Describe()) {
    v1::TextNeighbor* const neighbor = neighbors->Add();
    neighbor->set_server(link.server);
    neighbor->set_address(link.address);
    neighbor->set_up(link.up);
    neighbor->set_since_at_ns(static_cast<std::uint64_t>(link.since_epoch));
    neighbor->set_connects(link.connects);
    neighbor->set_last_error(link.last_error);
    neighbor->set_sent_lines(link.sent_lines);
    neighbor->set_lag_updates(link.lag);
    neighbor->set_refused_lines(link.refused_lines);
    neighbor->set_linked(link.linked);
  }
}

void SumUpNeighbors(v1::GetStatusResponse* status) {
  for (const v1::Neighbor& neighbor : status->neighbors()) {
    status->set_received_updates(status->received_updates() + neighbor.received_updates());
    status->set_duplicate_updates(status->duplicate_updates() + neighbor.duplicate_updates());
    status->set_grafts(status->grafts() + neighbor.grafts());
    status->set_prunes(status->prunes() + neighbor.prunes());
    status->set_repairs(status->repairs() + neighbor.repairs());
  }
}

}  // namespace herd
