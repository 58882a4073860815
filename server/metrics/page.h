// A page of metrics in the making: families, and in each a number for every set of labels.
//
// Plain values; one thread. Knows nothing of herds.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "herd/v1/operator.pb.h"
#include "prometheus/metric_family.h"

namespace herd::metrics {

using Labels = std::vector<prometheus::ClientMetric::Label>;

class Page {
 public:
  // Each begins a family; what is added next belongs to it. Names follow Prometheus' conventions:
  // base units, and "_total" behind counters alone.
  Page& Counter(const char* name, const char* help);
  Page& Gauge(const char* name, const char* help);
  Page& Histogram(const char* name, const char* help);

  template <typename Number>
  requires std::is_arithmetic_v<Number> Page& Add(Number value, Labels labels = {}) {
    return AddNumber(static_cast<double>(value), std::move(labels));
  }
  // To a histogram.
  Page& Add(const v1::Durations& durations, Labels labels = {});

  // Those that have anything in them.
  std::vector<prometheus::MetricFamily> Take();

 private:
  Page& AddNumber(double value, Labels labels);
  Page& Begin(const char* name, const char* help, prometheus::MetricType type);

  std::vector<prometheus::MetricFamily> families_;
};

double ToSeconds(std::uint64_t nanos);

}  // namespace herd::metrics
