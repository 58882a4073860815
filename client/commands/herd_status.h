// What the answers of all servers say about the herd. Plain values in, text out.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "herd/v1/operator.pb.h"
#include "server/config/herd_config.h"

namespace herd::client {

struct ServerStatus {
  config::ServerConfig server;
  // "127.0.0.1:12270", the operator port.
  std::string endpoint;
  absl::StatusOr<v1::GetStatusResponse> answer;

  bool IsUp() const { return answer.ok(); }
  // Edges of which both links are up.
  size_t LinksUp() const;
};

// In the order of the configuration, without those that no operator can ask.
using HerdStatus = std::vector<ServerStatus>;

// `answers` are those of config::HerdServers. One that comes from another server
// than the one meant counts as none.
HerdStatus JoinAnswers(const config::HerdConfig& herd,
                       std::vector<absl::StatusOr<v1::GetStatusResponse>> answers);

// Whether all servers that answer have equal vectors and equal digests of their maps: they hold the
// same. False when none answers.
bool IsConverged(const HerdStatus& herd);

// What keeps the herd from being whole, one sentence each: servers that do not answer or are not
// ready, and links that are down between servers that do, or to text neighbours.
std::vector<std::string> Missing(const HerdStatus& herd);

// Of each server: updates that some server has and it lacks. 0 for one that does not answer.
std::vector<uint64_t> LagsOf(const HerdStatus& herd);

// For people: a row for each server, 80 columns wide with names of up to ten characters. Ends with
// a newline. On a terminal it has colours.
std::string ToTable(const HerdStatus& herd, bool on_terminal);

// For programs, in one line or in many. Times in nanoseconds are strings, since many JSON readers
// keep 53 bits of a number.
enum class JsonForm { kLine, kIndented };
std::string ToJson(const HerdStatus& herd, JsonForm form);

}  // namespace herd::client
