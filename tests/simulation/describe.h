// Messages in words, for the readable trace.
#pragma once

#include <string>

#include "tests/simulation/stream.h"

namespace herd::simulation {

std::string Describe(const Message& message);

// What tells a message from another, in one number. The same in each run.
std::uint64_t Fingerprint(const Message& message);

}  // namespace herd::simulation
