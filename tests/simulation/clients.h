// Phones: they report where they are, with clocks that go wrong, at whatever server they like.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/simulation/event_queue.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/random.h"
#include "tests/simulation/report.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/simulated_herd.h"

namespace herd::simulation {

class Clients {
 public:
  // All outlive the clients.
  Clients(const Schedule& schedule, std::uint64_t seed, EventQueue* queue, Ledger* ledger,
          SimulatedHerd* herd);

  // Enters all reports of the schedule into the queue.
  void Begin();
  // While resting nobody reports.
  void Rest(bool resting) { resting_ = resting; }

 private:
  struct Phone {
    int client;
    Nanos skew;
    int server;
    Report last;
    bool has_reported = false;
  };

  void ReportOnce();
  void ReportTogether(int reports);
  Report NextReport(Phone* phone);
  Nanos TimeAt(const Phone& phone);
  void Send(Phone* phone);

  const Schedule& schedule_;
  Random random_;
  EventQueue* const queue_;
  SimulatedHerd* const herd_;
  std::vector<Phone> phones_;
  std::uint64_t steps_ = 0;
  bool resting_ = false;
};

}  // namespace herd::simulation
