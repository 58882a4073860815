// Waiting for what another process does: the one place that asks again and again.
#pragma once

#include "absl/functional/function_ref.h"

namespace herd::test {

// How long a test waits for anything before it calls it missing. No test depends on it otherwise.
inline constexpr int kPatienceMs = 30'000;

// Asks until the condition holds; false when it does not within kPatienceMs.
bool Eventually(absl::FunctionRef<bool()> condition);

}  // namespace herd::test
