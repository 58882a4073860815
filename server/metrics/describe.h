// All that is counted of a server, as Prometheus' metrics.
//
// Pure: what GetStatus and ListNeighbors say goes in, families of metrics come out. Nothing is
// counted here, and nothing stands on the page for each client: it grows with the neighbours and
// the servers of the herd alone.
#pragma once

#include <vector>

#include "herd/v1/operator.pb.h"
#include "prometheus/metric_family.h"
#include "server/metrics/process.h"

namespace herd::metrics {

struct Snapshot {
  // Its neighbours have their origins.
  v1::GetStatusResponse status;
  ProcessUse process;
};

std::vector<prometheus::MetricFamily> Describe(const Snapshot& snapshot);

}  // namespace herd::metrics
