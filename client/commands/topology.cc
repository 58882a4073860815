#include "client/commands/topology.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "client/topology/kubernetes_files.h"

namespace herd::client {
namespace {

absl::Status WriteAll(const std::filesystem::path& folder,
                      const std::map<std::string, std::string>& files) {
  for (const auto& [name, text] : files) {
    std::error_code error;
    std::filesystem::create_directories((folder / name).parent_path(), error);
    std::ofstream file(folder / name, std::ios::binary);
    if (!(file << text << std::flush)) {
      return absl::UnavailableError(absl::StrCat("cannot write ", (folder / name).string()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

int RunTopology(const HerdOptions& options, const TopologyOptions& topology) {
  const absl::StatusOr<config::HerdConfig> herd =
      topology.size.servers == 0 ? LoadHerd(options) : NumberedHerd(topology.size);
  if (!herd.ok()) return Fail(herd.status());
  if (topology.kubernetes_folder.empty()) {
    std::cout << config::ToJson(*herd) << std::flush;
  } else {
    const auto files = KubernetesFiles(*herd);
    if (!files.ok()) return Fail(files.status());
    const absl::Status written = WriteAll(topology.kubernetes_folder, *files);
    if (!written.ok()) return Fail(written);
  }
  std::cerr << "herd-client: " << Describe(*herd) << std::endl;
  return kExitOk;
}

}  // namespace herd::client
