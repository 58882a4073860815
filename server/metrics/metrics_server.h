// Shows a server's metrics and its health to whoever asks over HTTP: /metrics for Prometheus,
// /healthz and /readyz for what starts and stops servers.
//
// Everything is read when it is asked for, on the thread of whoever asks: several may ask at
// a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "herd/v1/operator.pb.h"
#include "server/metrics/http_port.h"

namespace herd::metrics {

// The server that is asked. Called on the port's threads, several at a time.
class MetricsHost {
 public:
  struct Readiness {
    bool ready = false;
    // In words.
    std::string why;
  };

  // What GetStatus says, with its neighbours as ListNeighbors has them.
  virtual v1::GetStatusResponse DescribeAll() = 0;
  virtual Readiness DescribeReadiness() = 0;
  // The threads that serve and have stood still for too long, by name: "of the links". Waits for
  // none of them.
  virtual std::vector<std::string> StuckThreads() = 0;

 protected:
  ~MetricsHost() = default;
};

// Answers until it is destroyed. `host` outlives it.
// Errors: as HttpPort::Open.
absl::StatusOr<std::unique_ptr<HttpPort>> ServeMetrics(const std::string& address,
                                                       std::uint16_t port, MetricsHost* host);

}  // namespace herd::metrics
