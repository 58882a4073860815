#include "tests/simulation/event_queue.h"

#include <algorithm>
#include <utility>

namespace herd::simulation {

void EventQueue::At(Nanos at, Event event) {
  heap_.push_back({std::max(at, now_), added_++, std::move(event)});
  std::push_heap(heap_.begin(), heap_.end(), IsLater);
}

bool EventQueue::RunNext(Nanos last) {
  if (heap_.empty() || heap_.front().at > last) return false;
  std::pop_heap(heap_.begin(), heap_.end(), IsLater);
  const Entry next = std::move(heap_.back());
  heap_.pop_back();
  now_ = next.at;
  ++events_;
  next.event();
  return true;
}

}  // namespace herd::simulation
