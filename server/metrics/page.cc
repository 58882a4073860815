#include "server/metrics/page.h"

#include <limits>
#include <utility>

namespace herd::metrics {

double ToSeconds(std::uint64_t nanos) { return static_cast<double>(nanos) / 1e9; }

Page& Page::Counter(const char* name, const char* help) {
  return Begin(name, help, prometheus::MetricType::Counter);
}

Page& Page::Gauge(const char* name, const char* help) {
  return Begin(name, help, prometheus::MetricType::Gauge);
}

Page& Page::Histogram(const char* name, const char* help) {
  return Begin(name, help, prometheus::MetricType::Histogram);
}

Page& Page::Begin(const char* name, const char* help, prometheus::MetricType type) {
  prometheus::MetricFamily& family = families_.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
  return *this;
}

Page& Page::AddNumber(double value, Labels labels) {
  prometheus::MetricFamily& family = families_.back();
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  return *this;
}

Page& Page::Add(const v1::Durations& durations, Labels labels) {
  prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
  metric.label = std::move(labels);
  std::uint64_t count = 0;
  for (int i = 0; i < durations.counts_size(); ++i) {
    count += durations.counts(i);
    metric.histogram.bucket.push_back(
        {.cumulative_count = count,
         .upper_bound = i < durations.ends_ns_size() ? ToSeconds(durations.ends_ns(i))
                                                     : std::numeric_limits<double>::infinity()});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = ToSeconds(durations.sum_ns());
  return *this;
}

std::vector<prometheus::MetricFamily> Page::Take() {
  std::erase_if(families_, [](const auto& family) { return family.metric.empty(); });
  return std::exchange(families_, {});
}

}  // namespace herd::metrics
