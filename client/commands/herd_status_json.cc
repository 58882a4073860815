// The JSON side of herd_status.h: the client's one door to nlohmann/json.
#include "client/commands/herd_status.h"
#include "nlohmann/json.hpp"

namespace herd::client {
namespace {

using Json = nlohmann::ordered_json;

Json NeighborJson(const v1::Neighbor& neighbor) {
  return {{"server", neighbor.server()},
          {"outbound_up", neighbor.outbound_up()},
          {"inbound_up", neighbor.inbound_up()},
          {"lag_updates", neighbor.lag_updates()},
          {"received_ranges", neighbor.received_ranges()},
          {"received_updates", neighbor.received_updates()},
          {"duplicate_updates", neighbor.duplicate_updates()},
          {"in_sync", neighbor.in_sync()},
          {"lag_ns", neighbor.lag_ns()},
          {"connects", neighbor.connects()},
          {"last_error", neighbor.last_error()}};
}

Json TextNeighborJson(const v1::TextNeighbor& neighbor) {
  return {{"server", neighbor.server()},
          {"up", neighbor.up()},
          {"lag_updates", neighbor.lag_updates()},
          {"sent_lines", neighbor.sent_lines()},
          {"refused_lines", neighbor.refused_lines()},
          {"connects", neighbor.connects()},
          {"last_error", neighbor.last_error()}};
}

void AddAnswer(const v1::GetStatusResponse& answer, Json& server) {
  server["version"] = answer.version();
  server["start_ns"] = std::to_string(answer.start_ns());
  server["clients"] = answer.clients();
  server["connections"] = answer.connections();
  server["ready"] = answer.ready();
  server["readiness"] = answer.readiness();
  server["leaving"] = answer.leaving();
  server["made_per_second"] = answer.made_per_second();
  server["received_per_second"] = answer.received_per_second();
  server["resident_bytes"] = answer.resident_bytes();
  server["digest"] = std::to_string(answer.digest());
  server["vector"] = Json::array();
  for (const v1::OriginProgress& entry : answer.vector()) {
    server["vector"].push_back({{"server", entry.origin().server()},
                                {"start_ns", std::to_string(entry.origin().start_ns())},
                                {"through", entry.through()}});
  }
  server["neighbors"] = Json::array();
  for (const v1::Neighbor& each : answer.neighbors()) {
    server["neighbors"].push_back(NeighborJson(each));
  }
  if (answer.text_neighbors().empty()) return;
  server["text_neighbors"] = Json::array();
  for (const v1::TextNeighbor& each : answer.text_neighbors()) {
    server["text_neighbors"].push_back(TextNeighborJson(each));
  }
}

Json ServerJson(const ServerStatus& status, uint64_t lag) {
  Json server = {{"server", status.server.name}, {"operator", status.endpoint}};
  server["up"] = status.IsUp();
  server["links_up"] = status.LinksUp();
  server["links"] = status.server.neighbors.size();
  if (status.IsUp()) {
    server["lag_updates"] = lag;
    AddAnswer(*status.answer, server);
  } else {
    server["error"] = std::string(status.answer.status().message());
  }
  return server;
}

}  // namespace

std::string ToJson(const HerdStatus& herd, JsonForm form) {
  Json servers = Json::array();
  const std::vector<uint64_t> lags = LagsOf(herd);
  for (size_t i = 0; i < herd.size(); ++i) servers.push_back(ServerJson(herd[i], lags[i]));
  Json json;
  json["converged"] = IsConverged(herd);
  json["servers"] = std::move(servers);
  // An error text of the system's may be no UTF-8.
  return json.dump(form == JsonForm::kLine ? -1 : 2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace herd::client
