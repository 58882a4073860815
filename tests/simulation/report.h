// What a client says: its id, where it is, and when.
#pragma once

#include <string>
#include <string_view>

#include "server/state/fix.h"
#include "server/state/store.h"

namespace herd::simulation {

struct Report {
  int client = 0;
  std::string id;
  std::string position;
  std::string time;
  Fix fix;
};

// Some clients have ids, and some reports have texts, that are longer than what a record holds in
// place. `step` makes positions different from one another.
Report MakeReport(int client, std::uint64_t step, Nanos time);

// The client of that id.
int ClientOf(std::string_view id);

// As the front door would hand it to the store. Its views live as long as the report.
Request ToRequest(const Report& report);

}  // namespace herd::simulation
