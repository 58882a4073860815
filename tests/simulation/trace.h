// What happened in a run: always as a number by which runs are compared, on demand to be read.
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>

#include "server/state/nanos.h"
#include "tests/simulation/event_queue.h"

namespace herd::simulation {

class Trace {
 public:
  // `out` is where the readable trace goes; null: nowhere. Both outlive the trace.
  Trace(const EventQueue* queue, std::FILE* out) : queue_(queue), out_(out) {}

  // Every step of a run is added as some numbers that tell it from another.
  void Add(std::initializer_list<std::uint64_t> numbers);

  // Whether Print does anything: what it is given may be costly to make.
  bool printing() const { return out_ != nullptr; }
  void Print(const std::string& line);

  // Two runs with the same hash took the same steps at the same times.
  std::uint64_t hash() const { return hash_; }

 private:
  const EventQueue* const queue_;
  std::FILE* const out_;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace herd::simulation
