#include "client/fleet/fleet_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/load/outcome.h"

namespace herd::client {
namespace {

std::string Milliseconds(Nanos time) {
  return absl::StrFormat("%.2f ms", static_cast<double>(time) / kNanosPerMillisecond);
}

std::string ReportLine(const FleetOutcome& outcome) {
  const FleetTally& tally = outcome.tally;
  return absl::StrFormat(
      "reports       %s in %.1f s%s; %s acknowledged, %s never\n", WithCommas(tally.made),
      outcome.seconds, outcome.interrupted ? " (interrupted)" : "", WithCommas(tally.acknowledged),
      WithCommas(tally.made - tally.acknowledged));
}

std::string LatencyLine(const FleetTally& tally) {
  const Histogram& latency = tally.latency;
  return absl::StrCat("acknowledged  p50 ", Milliseconds(latency.Percentile(50)), "   p99 ",
                      Milliseconds(latency.Percentile(99)), "   max ", Milliseconds(latency.max()),
                      "; ", WithCommas(tally.late), " after more than a second\n");
}

std::string FailOverLine(const FleetTally& tally) {
  return absl::StrCat("fail-overs    ", WithCommas(tally.fail_overs), " connections, and ",
                      WithCommas(tally.returns), " back home; ", WithCommas(tally.sent_again),
                      " reports sent again\n");
}

std::string ServerLines(const FleetPlan& plan, const FleetOutcome& outcome) {
  std::string lines;
  for (std::size_t i = 0; i < plan.servers.size(); ++i) {
    const std::uint64_t deaths = outcome.deaths[i];
    absl::StrAppend(&lines, i == 0 ? "servers       " : "              ", plan.servers[i].name,
                    ": ", WithCommas(outcome.tally.acknowledged_by[i]), " acknowledged",
                    deaths > 0 ? absl::StrCat(", was down ", deaths, "x") : "",
                    outcome.is_up[i] ? "\n" : ", is down\n");
  }
  return lines;
}

std::string ErrorLines(const Errors& errors) {
  if (errors.total() == 0) return "errors        none\n";
  std::string lines;
  for (const ErrorKind kind : kErrorKinds) {
    if (errors.of(kind) == 0) continue;
    absl::StrAppend(&lines, "error         ", WithCommas(errors.of(kind)), " x ", WordsFor(kind),
                    ", as ", errors.example(kind), "\n");
  }
  return lines;
}

}  // namespace

std::string ToTable(const FleetPlan& plan, const FleetOutcome& outcome) {
  return absl::StrCat(ReportLine(outcome), LatencyLine(outcome.tally), FailOverLine(outcome.tally),
                      ServerLines(plan, outcome), ErrorLines(outcome.tally.errors));
}

}  // namespace herd::client
