// The requests of a connection whose replies are still owed, oldest first. One thread.
//
// Takes memory only when more are owed than ever before.
#pragma once

#include <cstddef>
#include <vector>

#include "client/load/request.h"
#include "client/net/clock.h"

namespace herd::client {

struct Owed {
  Request request;
  // From when its latency counts, monotonic.
  Nanos since = 0;
};

class OwedQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  const Owed& front() const { return ring_[first_]; }
  const Owed& operator[](std::size_t index) const {
    return ring_[(first_ + index) & (ring_.size() - 1)];
  }

  void Push(const Owed& owed) {
    if (size_ == ring_.size()) Grow();
    ring_[(first_ + size_++) & (ring_.size() - 1)] = owed;
  }
  void Pop() {
    first_ = (first_ + 1) & (ring_.size() - 1);
    --size_;
  }
  void Clear() { size_ = 0; }

 private:
  void Grow() {
    std::vector<Owed> larger(2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) larger[i] = (*this)[i];
    ring_.swap(larger);
    first_ = 0;
  }

  // Its size is a power of two.
  std::vector<Owed> ring_ = std::vector<Owed>(8);
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace herd::client
