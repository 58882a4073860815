// Virtual time: what happens next, and when.
//
// Events of one moment happen in the order in which they were added, so that a run is the same each
// time. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "server/state/nanos.h"

namespace herd::simulation {

class EventQueue {
 public:
  using Event = std::function<void()>;

  // Since the simulation began.
  Nanos now() const { return now_; }

  // `at` is not before now.
  void At(Nanos at, Event event);
  void After(Nanos delay, Event event) { At(now_ + delay, std::move(event)); }

  // Lets the next event happen. False: there is none at or before `last`.
  bool RunNext(Nanos last);

  bool empty() const { return heap_.empty(); }
  // How many events have happened.
  std::uint64_t events() const { return events_; }

 private:
  struct Entry {
    Nanos at;
    std::uint64_t number;
    Event event;
  };
  static bool IsLater(const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at > b.at : a.number > b.number;
  }

  Nanos now_ = 0;
  std::uint64_t added_ = 0;
  std::uint64_t events_ = 0;
  std::vector<Entry> heap_;  // the next event at the front
};

}  // namespace herd::simulation
