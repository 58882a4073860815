// The port for metrics and probes, of real servers.
#include <signal.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/operator_stub.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

client::Endpoint MetricsOf(const TestHerd& herd, const std::string& name) {
  const config::ServerConfig& server = *herd.config().Find(name);
  return {server.host, server.metrics_port};
}

std::string Request(const std::string& method, const std::string& path) {
  return absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: herd\r\n\r\n");
}

std::string Get(const TestHerd& herd, const std::string& name, const std::string& path) {
  return Converse(MetricsOf(herd, name), Request("GET", path));
}

// The number of that sample: "herd_connections", "herd_commands_total{command=\"iamat\"}".
double Sample(const std::string& page, const std::string& sample) {
  const std::size_t at = page.find(absl::StrCat("\n", sample, " "));
  if (at == std::string::npos) return -1;
  const std::size_t begin = at + sample.size() + 2;
  double value = -1;
  return absl::SimpleAtod(page.substr(begin, page.find('\n', begin) - begin), &value) ? value : -1;
}

double SampleOf(const TestHerd& herd, const std::string& name, const std::string& sample) {
  return Sample(Get(herd, name, "/metrics"), sample);
}

TEST(Metrics, CountThoseWhoWatch) {
  TestHerd herd;
  herd.Start("Goloman");
  EXPECT_EQ(SampleOf(herd, "Goloman", "herd_watchers"), 0);
  const Watcher watcher(herd, "Goloman", {});
  EXPECT_EQ(SampleOf(herd, "Goloman", "herd_watchers"), 1);
}

TEST(Metrics, CountWhatClientsDo) {
  TestHerd herd;
  herd.StartAllLinked();
  herd.AwaitInSync();
  TextClient client(herd.Port("Goloman"));
  const std::string iamat = Iamat("walker", "1520023934");
  for (int i = 0; i < 3; ++i) client.Ask(iamat);
  client.Ask("hello");
  client.Ask(Whatsat("nobody", 1));
  const std::string page = Get(herd, "Goloman", "/metrics");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_EQ(Sample(page, "herd_connections"), 1);
  EXPECT_EQ(Sample(page, "herd_accepted_connections_total"), 1);
  EXPECT_EQ(Sample(page, "herd_commands_total{command=\"iamat\"}"), 3);
  EXPECT_EQ(Sample(page, "herd_commands_total{command=\"invalid\"}"), 1);
  EXPECT_EQ(Sample(page, "herd_commands_total{command=\"unknown\"}"), 1);
  EXPECT_EQ(Sample(page, "herd_commands_total{command=\"whatsat\"}"), 0);
  EXPECT_EQ(Sample(page, "herd_clients"), 1);
  EXPECT_EQ(Sample(page, "herd_made_updates_total"), 1);
  EXPECT_GE(Sample(page, "herd_client_bytes_total{direction=\"inbound\"}"),
            static_cast<double>(3 * iamat.size()));
}

// A reply has left when it is counted, so its client may have it a moment before.
TEST(Metrics, TimeEachReplyOnceByWhatItWaitedFor) {
  TestHerd herd;
  herd.StartAllLinked();
  herd.AwaitInSync();
  TextClient client(herd.Port("Goloman"));
  client.Ask(Iamat("walker", "1520023934"));
  client.Ask("hello");
  client.Send(absl::StrCat(Whatsat("walker", 1), "\n"));
  client.ReadLine();
  const auto count = [&](const std::string& waited_for) {
    return SampleOf(herd, "Goloman",
                    absl::StrCat("herd_reply_seconds_count{waited_for=\"", waited_for, "\"}"));
  };
  EXPECT_TRUE(Eventually([&] { return count("neighbors") == 1; })) << count("neighbors");
  EXPECT_TRUE(Eventually([&] { return count("nothing") == 1; })) << count("nothing");
  EXPECT_TRUE(Eventually([&] { return count("places") == 1; })) << count("places");
}

TEST(Metrics, TellOfLinks) {
  TestHerd herd;
  herd.StartAllLinked();
  herd.AwaitInSync();
  TextClient(herd.Port("Holiday")).Ask(Iamat("walker", "1520023934"));
  herd.AwaitConverged();
  const std::string page = Get(herd, "Holiday", "/metrics");
  EXPECT_EQ(Sample(page, "herd_link_up{neighbor=\"Welsh\",direction=\"inbound\"}"), 1);
  EXPECT_EQ(Sample(page, "herd_link_in_sync{neighbor=\"Welsh\"}"), 1);
  EXPECT_EQ(Sample(page, "herd_link_updates_total{neighbor=\"Welsh\",direction=\"outbound\"}"), 1);
  EXPECT_GE(Sample(page, "herd_link_round_trip_seconds_count{neighbor=\"Welsh\"}"), 1);
  EXPECT_EQ(SampleOf(herd, "Welsh", "herd_origin_updates{origin=\"Holiday\"}"), 1);
  EXPECT_EQ(SampleOf(herd, "Welsh", "herd_origin_updates{origin=\"Goloman\"}"), 0);
  herd.Kill("Welsh");
  EXPECT_TRUE(Eventually([&] {
    return SampleOf(herd, "Holiday", "herd_link_up{neighbor=\"Welsh\",direction=\"outbound\"}") ==
           0;
  }));
}

TEST(Metrics, TellOfLogLinesThatAreLost) {
  TestHerd herd({.further_arguments = {"--log-file", "/dev/full"}});
  herd.Start("Goloman");
  EXPECT_TRUE(
      Eventually([&] { return SampleOf(herd, "Goloman", "herd_log_failed_writes_total") > 0; }));
  EXPECT_GT(SampleOf(herd, "Goloman", "herd_log_lines_total{level=\"info\"}"), 0);
  EXPECT_THAT(herd.Server("Goloman").Output(), HasSubstr("the log cannot be written"));
}

TEST(Probes, SayThatAServerServesAndIsReady) {
  TestHerd herd;
  herd.StartAllLinked();
  EXPECT_THAT(Get(herd, "Goloman", "/healthz"), EndsWith("\r\n\r\nserves\n"));
  EXPECT_TRUE(Eventually([&] {
    return Get(herd, "Goloman", "/readyz").find("HTTP/1.1 200 OK\r\n") == 0;
  })) << Get(herd, "Goloman", "/readyz");
}

TEST(Probes, SayWhyAServerThatHasJustBegunIsNotReady) {
  TestHerd herd;
  herd.StartAllLinked();
  herd.Terminate("Welsh");
  herd.Server("Holiday").Stop();
  herd.Start("Welsh");
  const std::string ready = Get(herd, "Welsh", "/readyz");
  EXPECT_THAT(ready, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(ready, ContainsRegex("\r\n\r\nhas just begun.*\n$"));
  EXPECT_THAT(Get(herd, "Welsh", "/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  herd.Server("Holiday").Continue();
  EXPECT_TRUE(
      Eventually([&] { return Get(herd, "Welsh", "/readyz").find("HTTP/1.1 200 OK\r\n") == 0; }));
}

TEST(Probes, SayThatAServerLeaves) {
  TestHerd herd({.leave_seconds = 3});
  herd.StartAllLinked();
  // Whom Welsh waits for.
  herd.Server("Holiday").Stop();
  v1::DrainRequest request;
  v1::DrainResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(OperatorOf(herd, "Welsh")->Drain(&context, request, &response).ok());
  EXPECT_THAT(Get(herd, "Welsh", "/readyz"), EndsWith("\r\n\r\nis leaving\n"));
  EXPECT_EQ(SampleOf(herd, "Welsh", "herd_leaving"), 1);
  herd.Server("Holiday").Continue();
  EXPECT_EQ(herd.Server("Welsh").Wait(), 0);
}

TEST(MetricsPort, RefusesWhatItDoesNotKnow) {
  TestHerd herd;
  herd.Start("Welsh");
  EXPECT_THAT(Get(herd, "Welsh", "/"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(Get(herd, "Welsh", "/metrics/"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(Get(herd, "Welsh", "/../../etc/passwd"), Not(HasSubstr("root:")));
  for (const char* const method : {"POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"}) {
    const std::string reply = Converse(MetricsOf(herd, "Welsh"), Request(method, "/metrics"));
    EXPECT_THAT(reply, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n")) << method;
    EXPECT_THAT(reply, HasSubstr("Allow: GET, HEAD\r\n"));
  }
  EXPECT_THAT(Converse(MetricsOf(herd, "Welsh"), "GET /metrics\r\n\r\n"),
              StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(Converse(MetricsOf(herd, "Welsh"), "hello\r\n\r\n"), "");
}

TEST(MetricsPort, AnswersHeadWithoutABody) {
  TestHerd herd;
  herd.Start("Welsh");
  const std::string reply = Converse(MetricsOf(herd, "Welsh"), Request("HEAD", "/metrics"));
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\n"));
}

TEST(MetricsPort, RefusesARequestThatIsTooLongAndGoesOn) {
  TestHerd herd;
  herd.Start("Welsh");
  const std::string padding(std::size_t{1} << 20, 'x');
  TextClient client(MetricsOf(herd, "Welsh"));
  client.SendSome(absl::StrCat("GET /metrics HTTP/1.1\r\nPadding: ", padding));
  EXPECT_THAT(client.ReadLine(), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Get(herd, "Welsh", "/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(MetricsPort, AnswersThoughManyAreThereWhoSayNothingAndTheFrontDoorDoesNotNotice) {
  // Of one address, fewer and more than the port keeps.
  constexpr std::size_t kFew = 60;
  constexpr std::size_t kMany = 200;
  TestHerd herd;
  herd.Start("Welsh");
  std::vector<std::unique_ptr<TextClient>> silent;
  const auto connect_silent = [&](std::size_t count) {
    while (silent.size() < count) {
      silent.push_back(std::make_unique<TextClient>(MetricsOf(herd, "Welsh")));
      // Some end within a request.
      if (silent.size() % 2 == 0) silent.back()->Send("GET /metr");
    }
  };
  connect_silent(kFew);
  EXPECT_THAT(Get(herd, "Welsh", "/metrics"), StartsWith("HTTP/1.1 200 OK\r\n"));
  connect_silent(kMany);
  const std::string iamat = Iamat("walker", "1520023934");
  EXPECT_TRUE(IsReplyTo(iamat, "Welsh", TextClient(herd.Port("Welsh")).Ask(iamat)));
  TextClient other(MetricsOf(herd, "Welsh"), "127.0.0.2");
  other.Send(Request("GET", "/metrics"));
  const std::string page = other.ReadToEnd();
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_LT(Sample(page, "process_open_fds"), kMany);
}

TEST(MetricsPort, DoesNotKeepAServerFromStoppingWhoeverIsConnected) {
  TestHerd herd;
  herd.Start("Welsh");
  TextClient silent(MetricsOf(herd, "Welsh"));
  TextClient unfinished(MetricsOf(herd, "Welsh"));
  unfinished.Send("GET /metr");
  herd.Terminate("Welsh");
}

TEST(MetricsPort, AnswersManyAtOnce) {
  constexpr int kAtOnce = 60;
  TestHerd herd;
  herd.Start("Welsh");
  std::vector<std::unique_ptr<TextClient>> scrapers;
  for (int i = 0; i < kAtOnce; ++i) {
    scrapers.push_back(std::make_unique<TextClient>(MetricsOf(herd, "Welsh")));
    scrapers.back()->Send(Request("GET", "/metrics"));
  }
  for (const auto& scraper : scrapers) {
    EXPECT_THAT(scraper->ReadToEnd(), HasSubstr("\nherd_info{server=\"Welsh\""));
  }
}

TEST(MetricsPort, IsNotThereWhereTheConfigurationNamesNone) {
  config::HerdConfig config = DefaultGraph();
  for (config::ServerConfig& server : config.servers) server.metrics_port = 0;
  TestHerd herd({.herd = config});
  herd.Start("Welsh");
  EXPECT_EQ(herd.StatusOf("Welsh").config().metrics_port(), 0u);
  EXPECT_THAT(herd.Log("Welsh"), Not(HasSubstr("metrics on")));
}

}  // namespace
}  // namespace herd::test
