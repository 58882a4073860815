#include "tests/herd/harness/eventually.h"

#include <poll.h>

#include <chrono>

namespace herd::test {
namespace {

constexpr int kAskAgainMs = 5;

}  // namespace

bool Eventually(absl::FunctionRef<bool()> condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return condition();
    poll(nullptr, 0, kAskAgainMs);
  }
  return true;
}

}  // namespace herd::test
