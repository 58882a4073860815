// A short number for a run of bytes: the checksum of the place file and of page tokens, and the
// seed of everything about a place that is made up. FNV-1a, 64 bits: against accidents, not against
// forgers. data/make_places.py computes the same.
#pragma once

#include <cstdint>
#include <string_view>

namespace herd::standin {

inline constexpr uint64_t kFingerprintStart = 0xcbf29ce484222325;

// `so_far` joins several runs of bytes into one fingerprint.
constexpr uint64_t Fingerprint(std::string_view bytes, uint64_t so_far = kFingerprintStart) {
  for (const char byte : bytes) {
    so_far = (so_far ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  return so_far;
}

// Spreads a fingerprint over all 64 bits: those of short runs differ little at the top.
constexpr uint64_t Scatter(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace herd::standin
