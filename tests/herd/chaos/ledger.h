// What clients have reported and what of it was acknowledged, and whether a herd still has it.
//
// One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace herd::test {

// A client's one report; no two have the same tick, and a later one has a greater one.
struct Report {
  int client = 0;
  std::uint64_t tick = 0;

  std::string ClientId() const;
  // No line end.
  std::string Iamat() const;
};

class Ledger {
 public:
  explicit Ledger(int clients);

  int clients() const { return static_cast<int>(entries_.size()); }
  std::uint64_t reported() const { return ticks_; }
  std::uint64_t acknowledged() const { return acknowledged_; }

  // The client's next report, which is now under way.
  Report Next(int client);
  // That server has acknowledged it.
  void Acknowledge(const Report& report, std::string_view server);

  struct Findings {
    std::uint64_t lost = 0;       // acknowledged, and neither present nor superseded
    std::uint64_t differing = 0;  // clients of whom servers say different things
    std::uint64_t invented = 0;   // said, and never reported
    std::vector<std::string> examples;

    bool any() const { return lost + differing + invented > 0; }
  };
  // `answers[s][c]` is the AT line that server s gives for client c, without its line end; empty
  // if it knows none.
  Findings Check(const std::vector<std::vector<std::string>>& answers) const;

 private:
  struct Entry {
    std::uint64_t reported = 0;      // tick of the last report
    std::uint64_t acknowledged = 0;  // greatest tick acknowledged
    std::string server;              // that did
    std::chrono::system_clock::time_point at;
  };

  void CheckLine(int client, const std::string& line, Findings* findings) const;
  void Note(int client, const char* what, const std::string& line, Findings* findings) const;

  std::vector<Entry> entries_;
  std::uint64_t ticks_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace herd::test
