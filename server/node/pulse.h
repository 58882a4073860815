// Whether the threads of a server still turn: which of them have not for too long.
//
// Each counts its turns, and is woken before each look, so that one that only has nothing to do is
// not taken for one that is stuck. Decides only; knows no clock of its own. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/state/nanos.h"

namespace herd {

class Pulse {
 public:
  // A thread that has not turned for `patience` is stuck. `interval` is how often Look is called,
  // by somebody who may be late himself: what passes beyond twice of that is time in which nobody
  // could turn, as while the process or the machine is stopped, and counts as one interval.
  Pulse(Nanos interval, Nanos patience) : interval_(interval), patience_(patience) {}

  // How many turns each thread has made, always the same threads. Returns which are stuck.
  std::vector<std::size_t> Look(const std::vector<std::uint64_t>& turns, Nanos now);

 private:
  const Nanos interval_;
  const Nanos patience_;
  std::vector<std::uint64_t> turns_;
  // For how long each thread's turns have been as they are.
  std::vector<Nanos> still_for_;
  Nanos looked_at_ = 0;
};

}  // namespace herd
