#include <nlohmann/json.hpp>

#include "client/fleet/fleet_report.h"

namespace herd::client {
namespace {

using Json = nlohmann::ordered_json;

double Micros(Nanos time) { return static_cast<double>(time) / 1e3; }

Json LatencyJson(const Histogram& latency) {
  return {{"p50", Micros(latency.Percentile(50))}, {"p90", Micros(latency.Percentile(90))},
          {"p99", Micros(latency.Percentile(99))}, {"p999", Micros(latency.Percentile(99.9))},
          {"max", Micros(latency.max())},          {"mean", latency.Mean() / 1e3}};
}

// Only kinds that there were.
Json ErrorsJson(const Errors& errors) {
  Json json = Json::object();
  for (const ErrorKind kind : kErrorKinds) {
    if (errors.of(kind) == 0) continue;
    json[NameOf(kind)] = {{"count", errors.of(kind)}, {"example", errors.example(kind)}};
  }
  return json;
}

Json ServersJson(const FleetPlan& plan, const FleetOutcome& outcome) {
  Json servers = Json::array();
  for (std::size_t i = 0; i < plan.servers.size(); ++i) {
    servers.push_back({{"name", plan.servers[i].name},
                       {"acknowledged", outcome.tally.acknowledged_by[i]},
                       {"up", static_cast<bool>(outcome.is_up[i])},
                       {"deaths", outcome.deaths[i]}});
  }
  return servers;
}

}  // namespace

std::string ToJson(const FleetPlan& plan, const FleetOutcome& outcome) {
  const FleetTally& tally = outcome.tally;
  const Json json = {{"phones", plan.phones},
                     {"interval", static_cast<double>(plan.interval) / kNanosPerSecond},
                     {"connections", plan.connections},
                     {"seed", plan.seed},
                     {"seconds", outcome.seconds},
                     {"reports", tally.made},
                     {"acknowledged", tally.acknowledged},
                     {"never_acknowledged", tally.made - tally.acknowledged},
                     {"late", tally.late},
                     {"sent_again", tally.sent_again},
                     {"fail_overs", tally.fail_overs},
                     {"returns", tally.returns},
                     {"latency_us", LatencyJson(tally.latency)},
                     {"servers", ServersJson(plan, outcome)},
                     {"errors", ErrorsJson(tally.errors)},
                     {"interrupted", outcome.interrupted}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace herd::client
