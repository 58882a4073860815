// The herd: which servers there are, where they listen, and who talks with whom.
//
// Plain values, no threads. A HerdConfig that one of these functions returns keeps every rule that
// herd_rules.h states, so its users check nothing again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace herd::config {

struct ServerConfig {
  std::string name;
  // Where others reach the server: a host name or an address, IPv6 without brackets.
  std::string host = "127.0.0.1";
  uint16_t client_port = 0;
  uint16_t propagate_port = 0;
  uint16_t operator_port = 0;
  // 0: the server shows no metrics.
  uint16_t metrics_port = 0;
  // It may be another program that speaks the text protocol only, as an older herd's servers do: as
  // long as there is no other link with it, its neighbors tell it AT lines at its client port; and
  // they believe those that come from its host. One that is such a program for good needs neither
  // propagate port nor operator port, both are 0.
  bool text = false;
  // Sorted by name. An edge stands at both of its ends, even if the file states it at one.
  std::vector<std::string> neighbors;

  friend bool operator==(const ServerConfig&, const ServerConfig&) = default;
};

struct HerdConfig {
  // In the order of the file.
  std::vector<ServerConfig> servers;

  // Null when the herd has no server of that name. Lives as long as this HerdConfig is unchanged.
  const ServerConfig* Find(std::string_view name) const;

  friend bool operator==(const HerdConfig&, const HerdConfig&) = default;
};

// The servers that operators can ask: all but those that are another program for good. Their
// neighbors, who may be some, are as they were.
std::vector<ServerConfig> HerdServers(const HerdConfig& herd);

// A file longer than this is refused.
inline constexpr size_t kMaxConfigBytes = size_t{16} << 20;

// Goloman, Hands, Holiday, Wilkes and Welsh on loopback.
HerdConfig DefaultHerdConfig();

// Errors: InvalidArgument; the message names the place (line and column, or the server and the key)
// and the value.
absl::StatusOr<HerdConfig> ParseHerdConfig(std::string_view json);

// Errors: as ParseHerdConfig, or the file cannot be read; the message begins with the path.
absl::StatusOr<HerdConfig> LoadHerdConfig(const std::string& path);

// What ParseHerdConfig reads back as the same herd. Ends with a newline.
std::string ToJson(const HerdConfig& herd);

}  // namespace herd::config
