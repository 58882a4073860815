// Packets in words, for the readable trace.
#pragma once

#include <cstdint>
#include <string>

#include "herd/v1/propagate.pb.h"

namespace herd::simulation {

std::string Describe(const v1::Packet& packet);

// What tells a packet from another, in one number. The same in each run.
std::uint64_t Fingerprint(const v1::Packet& packet);

}  // namespace herd::simulation
