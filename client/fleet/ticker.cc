#include "client/fleet/ticker.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "client/load/outcome.h"

namespace herd::client {
namespace {

constexpr int kHeadEvery = 20;

}  // namespace

Ticker::Ticker(const FleetPlan& plan, std::ostream& out) : plan_(plan), out_(out) {
  before_.is_up.resize(plan.servers.size(), true);
}

void Ticker::Tell(const FleetProgress& progress) {
  TellServers(progress);
  if (seconds_ % kHeadEvery == 0) {
    out_ << "     s  reports/s  acknowledged/s  waiting     late  servers  fail-overs  errors\n";
  }
  const auto up = std::ranges::count(progress.is_up, true);
  out_ << absl::StrFormat("%6d %10s %15s %8s %8s %8s %11s %7s\n", ++seconds_,
                          WithCommas(progress.made - before_.made),
                          WithCommas(progress.acknowledged - before_.acknowledged),
                          WithCommas(progress.waiting), WithCommas(progress.late - before_.late),
                          absl::StrFormat("%d/%d", up, progress.is_up.size()),
                          WithCommas(progress.fail_overs - before_.fail_overs),
                          WithCommas(progress.errors - before_.errors))
       << std::flush;
  before_ = progress;
}

void Ticker::TellServers(const FleetProgress& progress) {
  for (std::size_t i = 0; i < progress.is_up.size(); ++i) {
    if (progress.is_up[i] == before_.is_up[i]) continue;
    out_ << "       " << plan_.servers[i].name
         << (progress.is_up[i] ? " is back\n" : " is down: its phones go to others\n");
  }
}

}  // namespace herd::client
