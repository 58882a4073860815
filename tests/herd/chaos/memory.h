// Whether servers under load go on taking memory when they have warmed up.
//
// Plain; no processes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "herd/v1/operator.pb.h"

namespace herd::test {

class MemoryWatch {
 public:
  // A run of a server has warmed up when it has been looked at so often.
  static constexpr int kWarmUp = 4;

  // The servers at a moment of peace.
  void Look(const std::vector<v1::GetStatusResponse>& statuses) {
    for (const v1::GetStatusResponse& status : statuses) {
      Run& run = runs_[{status.server(), status.start_ns()}];
      if (++run.looks < kWarmUp) continue;
      if (run.looks == kWarmUp) run.warm = status.resident_bytes();
      run.last = status.resident_bytes();
    }
  }

  // Runs that have been looked at after they had warmed up; the least time in looks.
  struct Growth {
    int runs = 0;
    int looks = 0;
    double most = 0;  // what the last look saw, as a multiple of what warmth took; of all runs
  };
  Growth growth() const {
    Growth growth;
    for (const auto& [id, run] : runs_) {
      if (run.looks <= kWarmUp) continue;
      ++growth.runs;
      growth.looks = std::max(growth.looks, run.looks - kWarmUp);
      growth.most =
          std::max(growth.most, static_cast<double>(run.last) / static_cast<double>(run.warm));
    }
    return growth;
  }

 private:
  struct Run {
    int looks = 0;
    std::uint64_t warm = 0;
    std::uint64_t last = 0;
  };

  std::map<std::pair<std::string, std::uint64_t>, Run> runs_;
};

}  // namespace herd::test
