#include "server/metrics/process.h"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace herd::metrics {
namespace {

double ToSeconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::optional<std::uint64_t> OpenDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (error) return std::nullopt;
  const auto count = std::distance(begin(open), end(open));
  return static_cast<std::uint64_t>(count - 1);  // without the folder's own
}

// The lines of this file are "Key:  number unit".
void ReadProcFile(ProcessUse* use) {
  std::ifstream status("/proc/self/status");
  std::string key;
  while (status >> key) {
    if (key == "VmSize:") {
      status >> use->virtual_bytes;
      use->virtual_bytes *= 1024;
    } else if (key == "Threads:") {
      status >> use->threads;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
}

}  // namespace

ProcessUse ReadProcessUse() {
  ProcessUse use;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    use.cpu_seconds = ToSeconds(usage.ru_utime) + ToSeconds(usage.ru_stime);
  }
  use.open_descriptors = OpenDescriptors();
  ReadProcFile(&use);
  return use;
}

}  // namespace herd::metrics
