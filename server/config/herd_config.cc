#include "server/config/herd_config.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/config/herd_rules.h"

namespace herd::config {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

absl::Status CannotRead(const std::string& path, int error) {
  const std::string message = absl::StrCat(path, ": ", std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) return CannotRead(path, errno);
  std::string text;
  char chunk[1 << 16];
  size_t count = 0;
  while ((count = std::fread(chunk, 1, sizeof chunk, file.get())) > 0) {
    text.append(chunk, count);
    if (text.size() > kMaxConfigBytes) break;  // ParseHerdConfig says that it is too long.
  }
  if (std::ferror(file.get()) != 0) return CannotRead(path, errno);
  return text;
}

ServerConfig OnLoopback(std::string name, uint16_t number, std::vector<std::string> neighbors) {
  ServerConfig server;
  server.name = std::move(name);
  server.client_port = static_cast<uint16_t>(12070 + number);
  server.propagate_port = static_cast<uint16_t>(12170 + number);
  server.operator_port = static_cast<uint16_t>(12270 + number);
  server.metrics_port = static_cast<uint16_t>(12370 + number);
  server.neighbors = std::move(neighbors);
  return server;
}

}  // namespace

const ServerConfig* HerdConfig::Find(std::string_view name) const {
  const auto found = std::find_if(servers.begin(), servers.end(),
                                  [&](const ServerConfig& server) { return server.name == name; });
  return found == servers.end() ? nullptr : &*found;
}

std::vector<ServerConfig> HerdServers(const HerdConfig& herd) {
  std::vector<ServerConfig> servers;
  std::copy_if(herd.servers.begin(), herd.servers.end(), std::back_inserter(servers),
               [](const ServerConfig& server) { return server.operator_port != 0; });
  return servers;
}

HerdConfig DefaultHerdConfig() {
  return {.servers = {OnLoopback("Goloman", 0, {"Hands", "Holiday", "Wilkes"}),
                      OnLoopback("Hands", 1, {"Goloman", "Wilkes"}),
                      OnLoopback("Holiday", 2, {"Goloman", "Welsh", "Wilkes"}),
                      OnLoopback("Wilkes", 3, {"Goloman", "Hands", "Holiday"}),
                      OnLoopback("Welsh", 4, {"Holiday"})}};
}

absl::StatusOr<HerdConfig> LoadHerdConfig(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<HerdConfig> herd = ParseHerdConfig(*text);
  if (herd.ok()) return herd;
  const absl::string_view why = herd.status().message();
  return absl::Status(herd.status().code(), absl::StrCat(path, ": ", why));
}

}  // namespace herd::config
