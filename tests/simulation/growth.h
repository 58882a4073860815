// What herds of many sizes cost: measured on the production's decisions under virtual time.
#pragma once

#include <cstdint>
#include <string>

#include "server/state/nanos.h"

namespace herd::simulation {

// One herd whose links all take the same time.
struct Growth {
  int servers = 0;
  std::size_t links = 0;  // edges of the graph
  int diameter = 0;
  // Of updates that came one by one.
  double deliveries_per_update = 0;
  double mean_delays_to_last = 0;  // until the last server had it, in units of a link's delay
  double most_delays_to_last = 0;
  // Under a steady rate of reports, for each server and second.
  double ack_bytes = 0;
  double push_bytes = 0;
  // One server comes back empty: messages and bytes of the whole herd until it has every client,
  // and how long that takes after its start.
  std::uint64_t restart_messages = 0;
  std::uint64_t restart_bytes = 0;
  Nanos restart_time = 0;
};

// The default herd for 5, else a random graph in which each server has six neighbours.
Growth MeasureGrowth(int servers);

// Measures herds of 5 to `most` servers, and prints a line for each as it is done.
void PrintGrowth(int most);

}  // namespace herd::simulation
