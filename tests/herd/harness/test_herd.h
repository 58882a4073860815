// A herd of real server processes on ports of their own.
//
// Belongs to the main thread of the test. At its end every server that still runs is asked to stop,
// and must; if the test has failed by then, the ends of the logs are printed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/net/operator_client.h"
#include "server/config/herd_config.h"
#include "server/tls/identity.h"
#include "tests/herd/harness/files.h"
#include "tests/herd/harness/network.h"
#include "tests/herd/harness/process.h"
#include "tests/herd/harness/upstream.h"

namespace herd::test {

// The default herd's servers and edges, on free ports of PrivateAddress().
config::HerdConfig DefaultGraph();
// The same, each server on the host of its name.
config::HerdConfig DefaultGraphOn(const Network& network);

class TestHerd {
 public:
  struct Options {
    config::HerdConfig herd = DefaultGraph();
    // Nobody is there by default.
    std::string places_url;
    // Which of Google's APIs it speaks: new or legacy.
    std::string places_api = "legacy";
    int leave_seconds = 1;
    std::vector<std::string> further_arguments;
    // Those of one server alone.
    std::function<std::vector<std::string>(const std::string& name)> arguments_of;
    // How many descriptors each may have open (`ulimit -n`); 0: as many as the test.
    int descriptors = 0;
    // Who asks for their status; null: no TLS.
    std::shared_ptr<const tls::Identity> operator_identity;
    // Has a host for each server, and outlives the herd; null: all run where the test does.
    const Network* network = nullptr;
  };

  TestHerd() : TestHerd(Options{}) {}
  explicit TestHerd(Options options);
  ~TestHerd();
  TestHerd(const TestHerd&) = delete;
  TestHerd& operator=(const TestHerd&) = delete;

  const config::HerdConfig& config() const { return options_.herd; }
  std::vector<std::string> Names() const;
  std::uint16_t Port(const std::string& name) const;
  // Where the server serves clients.
  client::Endpoint Door(const std::string& name) const;
  // The command line that starts a server, without further arguments.
  std::vector<std::string> CommandLine(const std::string& name) const;
  // A path beside the herd's own files.
  std::string File(const std::string& name) const { return directory_.File(name); }

  const tls::Identity* operator_identity() const { return options_.operator_identity.get(); }

  // Starts the server, and does not wait.
  void Launch(const std::string& name);
  // Return when the server answers clients and operators.
  void Start(const std::string& name);
  void StartAll();
  // StartAll, and every link is up.
  void StartAllLinked();
  // SIGTERM; the server must exit with 0.
  void Terminate(const std::string& name);
  void Kill(const std::string& name);
  Process& Server(const std::string& name) { return *servers_.at(name); }
  bool Runs(const std::string& name) const { return servers_.contains(name); }

  // In the order of the configuration, the servers that run. Empty if one does not answer.
  std::vector<v1::GetStatusResponse> GetStatus() { return GetStatus(Names()); }
  // Those of them that run.
  std::vector<v1::GetStatusResponse> GetStatus(const std::vector<std::string>& servers);
  // Of that server, which runs. Fails the test when it does not answer.
  v1::GetStatusResponse StatusOf(const std::string& name);
  // Every link between servers that run is up.
  bool AwaitLinksUp();
  // Each server that runs waits for all its neighbors that run before it answers.
  bool AwaitInSync();
  // Each server that runs has what any of them has now.
  bool AwaitCaughtUp();
  // All servers that run hold the same: as many clients, and equal vectors.
  bool HoldsTheSame() { return HoldsTheSame(Names()); }
  // Those of them that run do.
  bool HoldsTheSame(const std::vector<std::string>& servers);
  // Until they do. How long it took.
  std::optional<std::chrono::milliseconds> AwaitConverged() { return AwaitConverged(Names()); }
  std::optional<std::chrono::milliseconds> AwaitConverged(const std::vector<std::string>& servers);

  std::string Log(const std::string& name) const { return ReadFile(LogFile(name)); }

 private:
  std::string LogFile(const std::string& name) const { return File(name + ".log"); }
  void AwaitAnswers(const std::string& name);
  bool LinksUp();
  bool InSync();
  void PrintLogs();

  const Options options_;
  const TempDir directory_;
  BoundPort refusing_;  // Where Places is by default.
  std::map<std::string, std::unique_ptr<Process>> servers_;
  // By the servers they ask, and kept, since asking is then cheap.
  std::map<std::vector<std::string>, client::OperatorClient> operators_;
};

}  // namespace herd::test
