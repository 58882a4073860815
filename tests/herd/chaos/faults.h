// Faults of a herd that come and go at random, several at a time.
//
// Never so that an acknowledged report may be lost: a server ends only when all is well and all
// have everything, and another one only when that is so again. What else there is of faults
// meanwhile does not matter, since no other server loses its memory.
//
// Belongs to the main thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/herd/chaos/graph.h"
#include "tests/herd/harness/network.h"
#include "tests/herd/harness/test_herd.h"

namespace herd::test {

class Faults {
 public:
  using Say = std::function<void(const std::string&)>;
  struct Options {
    std::uint64_t seed = 0;
    // Whether servers are killed; else they are only asked to stop.
    bool kill = true;
    Say say = [](const std::string&) {};
  };

  // Both outlive the faults.
  Faults(TestHerd* herd, const Network* network, Options options);

  // Begins or ends one.
  void Step();
  // Returns when all servers run and every wire is whole.
  void EndAll();

  // How many there have been of each kind.
  const std::map<std::string, int>& counts() const { return counts_; }

 private:
  struct Fault {
    std::string of;  // what it has befallen
    std::string kind;
    std::function<void()> end;
  };

  bool Befallen(const std::string& of) const;
  void Begin();
  void BreakALink();
  void StopAServer();
  void EndAServer();
  void Add(std::string of, const std::string& kind, std::function<void()> end);
  void End(std::size_t number);
  template <typename T>
  const T& AnyOf(const std::vector<T>& things) {
    return things[random_() % things.size()];
  }

  TestHerd* const herd_;
  const Network* const network_;
  const Options options_;
  const std::vector<Edge> edges_;
  std::mt19937_64 random_;
  std::vector<Fault> faults_;
  std::map<std::string, int> counts_;
};

}  // namespace herd::test
