// The JSON side of outcome.h: the load's one door to nlohmann/json.
#include "client/load/outcome.h"
#include "nlohmann/json.hpp"

namespace herd::client {
namespace {

using Json = nlohmann::ordered_json;

double Microseconds(double nanos) { return nanos / 1e3; }

Json LatencyJson(const Histogram& latency) {
  const auto at = [&](double percent) {
    return Microseconds(static_cast<double>(latency.Percentile(percent)));
  };
  return {{"p50", at(50)},
          {"p90", at(90)},
          {"p99", at(99)},
          {"p999", at(99.9)},
          {"max", Microseconds(static_cast<double>(latency.max()))},
          {"mean", Microseconds(latency.Mean())}};
}

Json PlanJson(const LoadPlan& plan) {
  Json json;
  for (const LoadServer& server : plan.servers) json["servers"].push_back(server.name);
  json["connections"] = plan.connections;
  json["idle"] = plan.idle;
  json["threads"] = plan.threads;
  if (plan.rate.has_value()) {
    json["rate"] = *plan.rate;
  } else {
    json["depth"] = plan.depth;
  }
  json["clients"] = plan.mix.clients;
  json["whatsat"] = plan.mix.question_share;
  json["verify"] = plan.verify_every;
  return json;
}

}  // namespace

std::string ToJson(const LoadPlan& plan, const LoadOutcome& outcome) {
  const Tally& tally = outcome.tally;
  Json json = {{"requests", tally.replies},
               {"seconds", outcome.seconds},
               {"rate", outcome.RatePerSecond()},
               {"errors", Json::object()},
               {"error_examples", Json::object()},
               {"unanswered", tally.unanswered},
               {"interrupted", outcome.interrupted},
               {"latency_us", LatencyJson(tally.latency)},
               {"bytes_sent", tally.bytes_sent},
               {"bytes_received", tally.bytes_received},
               {"cpu_seconds", static_cast<double>(tally.cpu) / 1e9},
               {"load", PlanJson(plan)}};
  for (const ErrorKind kind : kErrorKinds) {
    if (tally.errors.of(kind) == 0) continue;
    json["errors"][NameOf(kind)] = tally.errors.of(kind);
    json["error_examples"][NameOf(kind)] = tally.errors.example(kind);
  }
  // An error text of the system's may be no UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace herd::client
