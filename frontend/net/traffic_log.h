// Every line that comes from a client and goes to it, for the log.
//
// Belongs to one thread. Off, a call costs a look at a flag; on, the lines are gathered and written
// together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace herd::net {

class TrafficLog {
 public:
  explicit TrafficLog(bool on) : on_(on) {}
  TrafficLog(const TrafficLog&) = delete;
  TrafficLog& operator=(const TrafficLog&) = delete;

  bool on() const { return on_; }

  // `client` is what tells it from others: "client 1 127.0.0.1:50000".

  // Without their line ends.
  void In(std::string_view client, absl::Span<const std::string_view> lines);
  // Whole lines, and what follows the last of them.
  void Out(std::string_view client, std::string_view lines);
  void Note(std::string_view client, std::string_view event);

  // Writes what has been gathered.
  void Flush();

 private:
  // Gathered lines are written when they are so many bytes.
  static constexpr std::size_t kMaxGathered = std::size_t{256} << 10;

  void Append(std::string_view client, std::string_view arrow, std::string_view line);

  const bool on_;
  std::string stamp_;  // of the lines that are gathered
  std::string lines_;
};

}  // namespace herd::net
