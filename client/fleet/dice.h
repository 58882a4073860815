// Chance that is the same on every machine for the same seed: splitmix64 (Steele, Lea and Flood,
// 2014). One thread.
#pragma once

#include <cstdint>

namespace herd::client {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
    return mixed ^ mixed >> 31;
  }

  // From `least` to less than `most`.
  double Between(double least, double most) {
    return least + (most - least) * (static_cast<double>(Next() >> 11) * 0x1p-53);
  }

 private:
  std::uint64_t state_;
};

}  // namespace herd::client
