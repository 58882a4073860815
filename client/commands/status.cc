#include "client/commands/status.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/commands/herd_status.h"
#include "client/commands/terminal.h"
#include "client/net/operator_client.h"

namespace herd::client {
namespace {

using std::chrono::milliseconds;

// Between two rounds of asking a herd that is not whole yet.
constexpr milliseconds kPause(50);
// Between two pictures.
constexpr milliseconds kRefresh(1000);
constexpr size_t kMaxNamed = 10;

std::vector<OperatorClient::Server> OperatorsOf(const config::HerdConfig& herd) {
  std::vector<OperatorClient::Server> servers;
  for (const config::ServerConfig& each : config::HerdServers(herd)) {
    servers.push_back({each.name, {each.host, each.operator_port}});
  }
  return servers;
}

// A silent server is to end no later than the wait itself does, and the first round has its time.
milliseconds RoundTimeout(milliseconds timeout, Deadline deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
  return left.count() > 0 ? std::min(timeout, left) : timeout;
}

HerdStatus AskUntilWhole(const config::HerdConfig& herd, OperatorClient& servers,
                         milliseconds timeout, milliseconds wait) {
  const Deadline deadline = Clock::now() + wait;
  while (true) {
    HerdStatus status = JoinAnswers(herd, servers.GetStatus(RoundTimeout(timeout, deadline)));
    if (Missing(status).empty() || Clock::now() >= deadline) return status;
    std::this_thread::sleep_for(std::min<Clock::duration>(kPause, deadline - Clock::now()));
  }
}

std::string Picture(const HerdStatus& herd, const StatusOptions& options) {
  if (options.json) {
    return ToJson(herd, options.watch ? JsonForm::kLine : JsonForm::kIndented);
  }
  return ToTable(herd, IsTerminal());
}

int Watch(const config::HerdConfig& herd, OperatorClient& servers, milliseconds timeout,
          const StatusOptions& options) {
  const bool draws_over = IsTerminal() && !options.json;
  while (std::cout) {
    const Deadline next = Clock::now() + kRefresh;
    const HerdStatus found = JoinAnswers(herd, servers.GetStatus(std::min(timeout, kRefresh)));
    std::string picture = Picture(found, options);
    if (draws_over) {
      picture = absl::StrCat(kDrawOver, picture, absl::StrJoin(Missing(found), "\n"), "\n");
    } else if (!options.json) {
      picture += "\n";
    }
    std::cout << picture << std::flush;
    std::this_thread::sleep_until(next);
  }
  return kExitFailed;
}

int NotWhole(std::vector<std::string> missing, milliseconds wait) {
  const size_t count = missing.size();
  if (count > kMaxNamed) {
    missing.resize(kMaxNamed);
    missing.push_back(absl::StrCat("and ", count - kMaxNamed, " more"));
  }
  const std::string after =
      wait.count() == 0
          ? ""
          : absl::StrCat(" after ", std::chrono::duration<double>(wait).count(), " s");
  Complain(absl::StrCat("the herd is not whole", after, ":\n  ", absl::StrJoin(missing, "\n  ")));
  return kExitFailed;
}

}  // namespace

int RunStatus(const HerdOptions& options, const StatusOptions& status) {
  const absl::StatusOr<config::HerdConfig> herd = LoadHerd(options);
  if (!herd.ok()) return Fail(herd.status());
  OperatorClient servers(OperatorsOf(*herd), options.identity);
  if (status.watch) return Watch(*herd, servers, options.timeout, status);
  const HerdStatus found = AskUntilWhole(*herd, servers, options.timeout, status.wait);
  std::cout << Picture(found, status) << std::flush;
  const std::vector<std::string> missing = Missing(found);
  return missing.empty() ? kExitOk : NotWhole(missing, status.wait);
}

}  // namespace herd::client
