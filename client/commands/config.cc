#include "client/commands/config.h"

#include <iostream>

#include "absl/strings/str_cat.h"

namespace herd::client {

int RunConfig(const HerdOptions& options) {
  const absl::StatusOr<config::HerdConfig> herd = LoadHerd(options);
  if (!herd.ok()) return Fail(herd.status());
  std::cout << config::ToJson(*herd) << std::flush;
  return kExitOk;
}

int RunConfigCheck(const std::string& path) {
  const absl::StatusOr<config::HerdConfig> herd = config::LoadHerdConfig(path);
  if (!herd.ok()) {
    Complain(std::string(herd.status().message()));
    return kExitFailed;
  }
  const size_t count = herd->servers.size();
  std::cout << absl::StrCat(path, ": a herd of ", count, count == 1 ? " server" : " servers")
            << std::endl;
  return kExitOk;
}

}  // namespace herd::client
