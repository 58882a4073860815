#include "tests/herd/harness/test_herd.h"

#include <signal.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/loopback.h"

namespace herd::test {
namespace {

constexpr std::chrono::seconds kStatusTimeout{10};

using Vector = std::map<std::pair<std::string, std::uint64_t>, std::uint64_t>;

// Without the origins of which nothing is had: a run that has accepted nothing is known to none but
// itself.
Vector VectorOf(const v1::GetStatusResponse& status) {
  Vector vector;
  for (const v1::OriginProgress& progress : status.vector()) {
    if (progress.through() == 0) continue;
    vector[{progress.origin().server(), progress.origin().start_ns()}] = progress.through();
  }
  return vector;
}

// Makes `vector` have what `other` has; false if it had all of that.
bool Raise(const Vector& other, Vector* vector) {
  bool raised = false;
  for (const auto& [origin, through] : other) {
    std::uint64_t& had = (*vector)[origin];
    raised = raised || had < through;
    had = std::max(had, through);
  }
  return raised;
}

std::string Describe(const std::vector<v1::GetStatusResponse>& statuses) {
  std::string text = absl::StrCat(statuses.size(), " answered:\n");
  for (const v1::GetStatusResponse& status : statuses) {
    absl::StrAppend(&text, status.ShortDebugString(), "\n");
  }
  return text;
}

}  // namespace

config::HerdConfig DefaultGraph() {
  config::HerdConfig herd = config::DefaultHerdConfig();
  const std::vector<std::uint16_t> ports = FreePorts(4 * herd.servers.size());
  auto next = ports.begin();
  for (config::ServerConfig& server : herd.servers) {
    server.host = PrivateAddress();
    server.client_port = *next++;
    server.propagate_port = *next++;
    server.operator_port = *next++;
    server.metrics_port = *next++;
  }
  return herd;
}

config::HerdConfig DefaultGraphOn(const Network& network) {
  if (!network.is_real()) return DefaultGraph();
  config::HerdConfig herd = config::DefaultHerdConfig();
  for (config::ServerConfig& server : herd.servers) server.host = network.Address(server.name);
  return herd;
}

TestHerd::TestHerd(Options options) : options_(std::move(options)) {
  WriteFile(File("herd.json"), config::ToJson(options_.herd));
}

TestHerd::~TestHerd() {
  for (const auto& [name, server] : servers_) server->Signal(SIGTERM);
  for (const auto& [name, server] : servers_) {
    EXPECT_EQ(server->Wait(), 0) << name << " did not stop as it should";
  }
  if (testing::Test::HasFailure()) PrintLogs();
}

void TestHerd::PrintLogs() {
  for (const std::string& name : Names()) {
    std::cerr << "--- the log of " << name << " ends with\n"
              << Tail(LogFile(name)) << "--- and its output with\n"
              << Tail(File(name + ".out"));
  }
}

std::vector<std::string> TestHerd::Names() const {
  std::vector<std::string> names;
  for (const config::ServerConfig& server : options_.herd.servers) names.push_back(server.name);
  return names;
}

std::uint16_t TestHerd::Port(const std::string& name) const {
  return options_.herd.Find(name)->client_port;
}

client::Endpoint TestHerd::Door(const std::string& name) const {
  return {options_.herd.Find(name)->host, Port(name)};
}

std::vector<std::string> TestHerd::CommandLine(const std::string& name) const {
  const std::string nobody = absl::StrCat("http://", PrivateAddress(), ":", refusing_.port());
  return {HERD_SERVER, name, "--config", File("herd.json"), "--listen",
          options_.herd.Find(name)->host, "--metrics-listen", options_.herd.Find(name)->host,
          "--places-url", options_.places_url.empty() ? nobody : options_.places_url,
          "--places-api", options_.places_api,
          // A server that the others have left alone waits for them no longer than a test wants.
          "--leave-seconds", absl::StrCat(options_.leave_seconds)};
}

void TestHerd::Launch(const std::string& name) {
  std::vector<std::string> command = CommandLine(name);
  command.insert(command.end(), {"--log-file", LogFile(name)});
  command.insert(command.end(), options_.further_arguments.begin(),
                 options_.further_arguments.end());
  if (options_.arguments_of) {
    const std::vector<std::string> own = options_.arguments_of(name);
    command.insert(command.end(), own.begin(), own.end());
  }
  if (options_.descriptors > 0) {
    command.insert(command.begin(),
                   {"/usr/bin/prlimit", absl::StrCat("--nofile=", options_.descriptors)});
  }
  servers_[name] = std::make_unique<Process>(
      command, File(name + ".out"),
      options_.network == nullptr ? Process::kOwnNetwork : options_.network->Namespace(name));
}

void TestHerd::AwaitAnswers(const std::string& name) {
  const config::ServerConfig& server = *options_.herd.Find(name);
  client::OperatorClient client({{name, {.host = server.host, .port = server.operator_port}}},
                                options_.operator_identity);
  const bool answers = Eventually([&] { return client.GetStatus(kStatusTimeout)[0].ok(); });
  EXPECT_TRUE(answers) << name << " does not start";
}

void TestHerd::Start(const std::string& name) {
  Launch(name);
  AwaitAnswers(name);
}

void TestHerd::StartAll() {
  for (const std::string& name : Names()) Launch(name);
  for (const std::string& name : Names()) AwaitAnswers(name);
}

void TestHerd::StartAllLinked() {
  StartAll();
  AwaitLinksUp();
}

void TestHerd::Terminate(const std::string& name) {
  Server(name).Signal(SIGTERM);
  EXPECT_EQ(Server(name).Wait(), 0) << name << " did not stop as it should";
  servers_.erase(name);
}

void TestHerd::Kill(const std::string& name) {
  Server(name).Kill();
  servers_.erase(name);
}

std::vector<v1::GetStatusResponse> TestHerd::GetStatus(const std::vector<std::string>& servers) {
  std::vector<std::string> asked;
  std::vector<client::OperatorClient::Server> operators;
  for (const config::ServerConfig& server : options_.herd.servers) {
    if (!servers_.contains(server.name) || std::ranges::count(servers, server.name) == 0) continue;
    asked.push_back(server.name);
    operators.push_back({server.name, {server.host, server.operator_port}});
  }
  client::OperatorClient& client =
      operators_.try_emplace(asked, operators, options_.operator_identity).first->second;
  std::vector<v1::GetStatusResponse> statuses;
  for (auto& answer : client.GetStatus(kStatusTimeout)) {
    if (!answer.ok()) return {};
    statuses.push_back(*std::move(answer));
  }
  return statuses;
}

v1::GetStatusResponse TestHerd::StatusOf(const std::string& name) {
  std::vector<v1::GetStatusResponse> status = GetStatus(std::vector<std::string>{name});
  EXPECT_FALSE(status.empty()) << name << " does not say how it is";
  return status.empty() ? v1::GetStatusResponse() : std::move(status[0]);
}

bool TestHerd::LinksUp() {
  const std::vector<v1::GetStatusResponse> statuses = GetStatus();
  for (const v1::GetStatusResponse& status : statuses) {
    for (const v1::Neighbor& neighbor : status.neighbors()) {
      if (!servers_.contains(neighbor.server())) continue;
      if (!neighbor.outbound_up() || !neighbor.inbound_up()) return false;
    }
  }
  return !statuses.empty();
}

bool TestHerd::AwaitLinksUp() {
  const bool up = Eventually([this] { return LinksUp(); });
  EXPECT_TRUE(up) << "the links do not come up; " << Describe(GetStatus());
  return up;
}

bool TestHerd::InSync() {
  const std::vector<v1::GetStatusResponse> statuses = GetStatus();
  for (const v1::GetStatusResponse& status : statuses) {
    for (const v1::Neighbor& neighbor : status.neighbors()) {
      if (servers_.contains(neighbor.server()) && !neighbor.in_sync()) return false;
    }
  }
  return !statuses.empty();
}

bool TestHerd::AwaitInSync() {
  const bool in_sync = Eventually([this] { return InSync(); });
  EXPECT_TRUE(in_sync) << "the servers do not come to be in sync; " << Describe(GetStatus());
  return in_sync;
}

bool TestHerd::AwaitCaughtUp() {
  Vector all;
  for (const v1::GetStatusResponse& status : GetStatus()) Raise(VectorOf(status), &all);
  const bool caught_up = Eventually([&] {
    const std::vector<v1::GetStatusResponse> statuses = GetStatus();
    return !statuses.empty() && std::ranges::all_of(statuses, [&](const auto& status) {
      Vector both = VectorOf(status);
      return !Raise(all, &both);
    });
  });
  EXPECT_TRUE(caught_up) << "the servers do not catch up; " << Describe(GetStatus());
  return caught_up;
}

bool TestHerd::HoldsTheSame(const std::vector<std::string>& servers) {
  const std::vector<v1::GetStatusResponse> statuses = GetStatus(servers);
  for (const v1::GetStatusResponse& status : statuses) {
    if (status.clients() != statuses[0].clients()) return false;
    if (VectorOf(status) != VectorOf(statuses[0])) return false;
  }
  return !statuses.empty();
}

std::optional<std::chrono::milliseconds> TestHerd::AwaitConverged(
    const std::vector<std::string>& servers) {
  const auto begin = std::chrono::steady_clock::now();
  const bool converged = Eventually([&] { return HoldsTheSame(servers); });
  EXPECT_TRUE(converged) << "the servers do not come to hold the same; " << Describe(GetStatus());
  if (!converged) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               begin);
}

}  // namespace herd::test
