// The default herd on a network of its own, and many clients that report to it at once.
//
// Belongs to the main thread.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/herd/chaos/graph.h"
#include "tests/herd/harness/network.h"
#include "tests/herd/harness/test_herd.h"

namespace herd::test {

// The names of the default herd's servers.
std::vector<std::string> DefaultNames();

// What all servers have got from their neighbors since they began.
struct Deliveries {
  std::uint64_t updates = 0;
  std::uint64_t duplicates = 0;
  // Times that a server took updates of another neighbour, since they were missing for too long: as
  // on a machine so busy that a server stands still. They may come from both then.
  std::uint64_t repairs = 0;

  friend Deliveries operator-(Deliveries later, Deliveries earlier) {
    return {later.updates - earlier.updates, later.duplicates - earlier.duplicates,
            later.repairs - earlier.repairs};
  }
};
Deliveries DeliveriesTo(const v1::GetStatusResponse& status);

// A test of such a herd, which is up when the test begins.
class NetworkHerdTest : public testing::Test {
 protected:
  NetworkHerdTest();

  // Has client PREFIX-0 to PREFIX-(count-1) report that time, over a few pipelining connections to
  // each of these servers, each client at a random one. All must be answered. How many each got.
  std::map<std::string, int> Report(const std::vector<std::string>& servers,
                                    const std::string& prefix, int count, const std::string& time);

  // All that the servers that run have got.
  Deliveries AllDeliveries();
  // The link between the two is up, or down, in both directions as both see it; those of them that
  // run.
  bool AwaitLink(const std::string& one, const std::string& other, bool up);

  const Network network_{DefaultNames()};
  TestHerd herd_{{.herd = DefaultGraphOn(network_), .network = &network_}};
  std::mt19937_64 random_{20180302};

 private:
  bool Sees(const std::string& server, const std::string& neighbor, bool up);
};

}  // namespace herd::test
