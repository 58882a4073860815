#include <limits>
#include <map>
#include <string>

#include "server/metrics/parts.h"

namespace herd::metrics {
namespace {

// "neighbors" of "ACK_MODE_NEIGHBORS".
std::string Word(const std::string& name, std::size_t prefix) {
  std::string word = name.substr(prefix);
  for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return word;
}

std::string AckMode(v1::AckMode mode) {
  return Word(v1::AckMode_Name(mode), sizeof "ACK_MODE_" - 1);
}

std::string LogLevel(v1::LogLevel level) {
  return Word(v1::LogLevel_Name(level), sizeof "LOG_LEVEL_" - 1);
}

void AddConfig(const v1::GetStatusResponse& status, Page* page) {
  const v1::Config& config = status.config();
  page->Gauge("herd_info", "1; who this is, and how it runs.")
      .Add(1, {{"server", status.server()},
               {"version", status.version()},
               {"ack", AckMode(status.ack_mode())},
               {"log_level", LogLevel(config.log_level())},
               {"traffic_log", config.traffic_log() ? "on" : "off"}});
  page->Gauge("herd_servers", "Servers of the herd, by the configuration.")
      .Add(config.servers_size());
  page->Gauge("herd_client_threads", "Threads that serve clients.").Add(config.threads());
  page->Gauge("herd_in_sync_bound_seconds",
              "A neighbor that acknowledges later than this is not waited for.")
      .Add(ToSeconds(config.in_sync_bound_ns()));
}

void AddCertificates(const v1::GetStatusResponse& status, Page* page) {
  const auto expires = [](std::uint64_t ns) {
    return ns == 0 ? std::numeric_limits<double>::infinity() : ToSeconds(ns);
  };
  page->Gauge("herd_certificate_expires_timestamp_seconds",
              "Until when the certificate holds that neighbors and operators (servers), and "
              "clients, are shown; +Inf: there is none.")
      .Add(expires(status.certificate_expires_ns()), {{"for", "servers"}})
      .Add(expires(status.client_certificate_expires_ns()), {{"for", "clients"}});
}

// Of all runs of a server together: each restart begins a new origin.
void AddOrigins(const v1::GetStatusResponse& status, Page* page) {
  std::map<std::string, std::uint64_t> through;
  for (const std::string& server : status.config().servers()) through[server] = 0;
  for (const v1::OriginProgress& progress : status.vector()) {
    through[progress.origin().server()] += progress.through();
  }
  page->Gauge("herd_origin_updates",
              "How far this server has the updates that the origin, a server, has made. Servers "
              "that have all of the same hold the same positions.");
  for (const auto& [server, updates] : through) {
    page->Add(updates, {{"origin", server}});
  }
}

void AddLog(const v1::LogCounts& log, Page* page) {
  page->Counter("herd_log_lines_total", "Lines in the log, without those of the traffic log.")
      .Add(log.debug(), {{"level", "debug"}})
      .Add(log.info(), {{"level", "info"}})
      .Add(log.warning(), {{"level", "warning"}})
      .Add(log.error(), {{"level", "error"}});
  page->Counter("herd_log_failed_writes_total",
                "Times that something could not be written to the log, and was lost.")
      .Add(log.failed_writes());
}

}  // namespace

void AddServer(const v1::GetStatusResponse& status, Page* page) {
  AddConfig(status, page);
  AddCertificates(status, page);
  page->Gauge("herd_ready", "1: clients may be sent here.").Add(status.ready() ? 1 : 0);
  page->Gauge("herd_leaving", "1: the server has been told to stop, and hands over.")
      .Add(status.leaving() ? 1 : 0);
  page->Gauge("herd_clients", "Clients whose position the server holds.").Add(status.clients());
  page->Counter("herd_forgotten_clients_total",
                "Clients that were forgotten since nothing was heard of them for long.")
      .Add(status.forgotten_clients());
  page->Gauge("herd_connections", "Connections of clients that are open.")
      .Add(status.connections());
  page->Gauge("herd_watchers", "Operators who watch clients.").Add(status.watchers());
  page->Counter("herd_made_updates_total", "Updates that clients' reports to this server made.")
      .Add(status.made_updates());
  AddOrigins(status, page);
  page->Gauge("herd_lacking_updates",
              "Updates that neighbors say to have and this server lacks; of the neighbor that has "
              "most.")
      .Add(status.lacking_updates());
  page->Counter(
          "herd_divergences_total",
          "Times that a neighbor's map differed though both had the same updates, and all was "
          "sent to it again.")
      .Add(status.divergences());
  AddLog(status.log(), page);
}

}  // namespace herd::metrics
