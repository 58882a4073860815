// The one source of chance: the same seed draws the same numbers on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "server/state/nanos.h"

namespace herd::simulation {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // 0 <= result < `bound`, which is greater than 0.
  std::uint64_t Below(std::uint64_t bound) { return engine_() % bound; }
  int Index(std::size_t size) { return static_cast<int>(Below(size)); }
  // Both ends included.
  std::int64_t Between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(most - least) + 1));
  }
  bool OneIn(std::uint64_t times) { return Below(times) == 0; }
  bool Percent(std::uint64_t percent) { return Below(100) < percent; }

  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }

  template <typename T>
  void Shuffle(std::vector<T>* values) {
    for (std::size_t i = values->size(); i > 1; --i) {
      std::swap((*values)[i - 1], (*values)[Below(i)]);
    }
  }

  // A seed for another source, so that what one part draws does not change what another draws.
  std::uint64_t Fork() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace herd::simulation
