#include "server/node/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/log/log.h"

namespace herd {
namespace {

constexpr std::uint64_t kForOthers = 512;

}  // namespace

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint64_t DescriptorLimit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

std::uint64_t DescriptorsForClients(std::uint64_t limit) {
  return limit - std::min(kForOthers, limit / 2);
}

net::Limits FitConnections(net::Limits limits, std::uint64_t descriptors) {
  const std::size_t most = DescriptorsForClients(descriptors);
  if (limits.connections > most) {
    log::Warning(
        absl::StrCat("of the ", limits.connections, " connections of clients that may be, ", most,
                     " can be: this process may have ", descriptors, " descriptors (ulimit -n)"));
  }
  if (limits.connections == 0 || limits.connections > most) limits.connections = most;
  if (limits.connections_per_address == 0) {
    limits.connections_per_address = std::max<std::size_t>(1, limits.connections / 2);
  }
  return limits;
}

}  // namespace herd
