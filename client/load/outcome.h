// What a load has come to, and how it is told.
#pragma once

#include <cstdint>
#include <string>

#include "client/load/plan.h"
#include "client/load/tally.h"

namespace herd::client {

struct LoadOutcome {
  // Of all threads.
  Tally tally;
  // From the first request to the last reply.
  double seconds = 0;
  // Somebody pressed Ctrl-C.
  bool interrupted = false;

  double RatePerSecond() const {
    return seconds > 0 ? static_cast<double>(tally.replies) / seconds : 0;
  }
  bool HasErrors() const { return tally.errors.total() > 0; }
};

// A table for people, several lines.
std::string ToTable(const LoadPlan& plan, const LoadOutcome& outcome);

// An object for programs, one line.
std::string ToJson(const LoadPlan& plan, const LoadOutcome& outcome);

// "1,234,567"
std::string WithCommas(std::uint64_t number);

}  // namespace herd::client
