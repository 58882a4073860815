// Throws bytes at what reads a herd's configuration: it is refused with a reason, or kept as it is.
//
// libFuzzer calls LLVMFuzzerTestOneInput; ctest runs it for some seconds over tests/fuzz/configs.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "server/config/herd_config.h"

namespace {

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using herd::config::ParseHerdConfig;
  const auto herd = ParseHerdConfig({reinterpret_cast<const char*>(data), size});
  if (!herd.ok()) {
    Require(!herd.status().message().empty(), "a refusal says why");
    return 0;
  }
  Require(!herd->servers.empty(), "a herd has servers");
  const auto again = ParseHerdConfig(ToJson(*herd));
  Require(again.ok() && *again == *herd, "what is written is read back as the same herd");
  return 0;
}
