#include "server/metrics/metrics_server.h"

#include "absl/strings/str_cat.h"
#include "prometheus/text_serializer.h"
#include "server/metrics/describe.h"

namespace herd::metrics {
namespace {

constexpr char kPrometheusText[] = "text/plain; version=0.0.4; charset=utf-8";

HttpReply ShowMetrics(MetricsHost* host) {
  const Snapshot snapshot = {.status = host->DescribeAll(), .process = ReadProcessUse()};
  return {.content_type = kPrometheusText,
          .body = prometheus::TextSerializer().Serialize(Describe(snapshot))};
}

HttpReply ShowReadiness(MetricsHost* host) {
  const MetricsHost::Readiness readiness = host->DescribeReadiness();
  return {.status = readiness.ready ? 200 : 503, .body = absl::StrCat(readiness.why, "\n")};
}

HttpReply ShowLiveness(MetricsHost* host) {
  const std::vector<std::string> stuck = host->StuckThreads();
  if (stuck.empty()) return {.body = "serves\n"};
  std::string body;
  for (const std::string& thread : stuck) {
    absl::StrAppend(&body, "the thread ", thread, " is stuck\n");
  }
  return {.status = 503, .body = body};
}

HttpReply Answer(const std::string& path, MetricsHost* host) {
  if (path == "/metrics") return ShowMetrics(host);
  if (path == "/healthz") return ShowLiveness(host);
  if (path == "/readyz") return ShowReadiness(host);
  return {.status = 404, .body = "there are /metrics, /healthz and /readyz\n"};
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpPort>> ServeMetrics(const std::string& address,
                                                       std::uint16_t port, MetricsHost* host) {
  return HttpPort::Open(address, port, "metrics", {},
                        [host](const std::string& path) { return Answer(path, host); });
}

}  // namespace herd::metrics
