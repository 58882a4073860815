// Every line that comes from a client and goes to it, for the log.
//
// A switch for one process; belongs to no thread. Off, a call costs a look at a flag.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace herd::net {

class TrafficLog {
 public:
  // `number` tells connections of one process apart, `peer` is the client's address.
  TrafficLog(bool on, std::uint64_t number, const std::string& peer);

  // Without their line ends.
  void In(absl::Span<const std::string_view> lines) const;
  // Whole lines, and what follows the last of them.
  void Out(std::string_view lines) const;
  void Note(std::string_view event) const;

 private:
  void Write(std::string_view arrow, std::string_view line) const;

  const bool on_;
  std::string prefix_;
};

}  // namespace herd::net
