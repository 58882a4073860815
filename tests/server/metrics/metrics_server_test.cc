// What probes are told, of a server that is well and of one that is not.
#include "server/metrics/metrics_server.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/text_client.h"

namespace herd::metrics {
namespace {

using ::herd::test::PrivateAddress;
using ::testing::EndsWith;
using ::testing::StartsWith;

// Set before it is asked.
struct FakeHost final : MetricsHost {
  v1::GetStatusResponse DescribeAll() override { return {}; }
  Readiness DescribeReadiness() override { return readiness; }
  std::vector<std::string> StuckThreads() override { return stuck; }

  Readiness readiness;
  std::vector<std::string> stuck;
};

std::string Get(FakeHost* host, const std::string& path) {
  const auto port = ServeMetrics(PrivateAddress(), 0, host);
  if (!port.ok()) return port.status().ToString();
  return test::Converse({PrivateAddress(), (*port)->port()},
                        "GET " + path + " HTTP/1.1\r\nHost: herd\r\n\r\n");
}

TEST(Healthz, IsWellAsLongAsNoThreadIsStuck) {
  FakeHost host;
  const std::string reply = Get(&host, "/healthz");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\nserves\n"));
}

TEST(Healthz, NamesEachThreadThatIsStuck) {
  FakeHost host;
  host.readiness.ready = true;
  host.stuck = {"of the links", "of the clients, number 1"};
  const std::string reply = Get(&host, "/healthz");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(reply, EndsWith("\r\n\r\nthe thread of the links is stuck\n"
                              "the thread of the clients, number 1 is stuck\n"));
}

TEST(Readyz, SaysWhyItIsOrIsNot) {
  FakeHost host;
  host.readiness = {.ready = false, .why = "is leaving"};
  EXPECT_THAT(Get(&host, "/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Get(&host, "/readyz"), EndsWith("\r\n\r\nis leaving\n"));
  host.readiness = {.ready = true, .why = "serves"};
  EXPECT_THAT(Get(&host, "/readyz"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

}  // namespace
}  // namespace herd::metrics
