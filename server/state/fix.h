// A fix: where a client was and when, in numbers from which its text is rebuilt byte for byte.
//
// Plain values; no state, no I/O. The grammar is that of PROTOCOL (README, "The protocol"): a
// position is latitude then longitude in decimal degrees as in ISO 6709, a time is POSIX seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/state/nanos.h"

namespace herd {

// The two texts of a fix as the client wrote them.
struct FixText {
  std::string_view position;
  std::string_view time;

  friend bool operator==(const FixText&, const FixText&) = default;
};

struct Fix {
  // Since the POSIX epoch; decimals past the ninth are cut off.
  Nanos time = 0;
  // Absolute values, in units of 10^-decimals degrees. 0 when `shape` is 0.
  std::uint32_t latitude = 0;
  std::uint32_t longitude = 0;
  // Digits, decimals and signs of the text, see Update.text_shape in propagate.proto; or 0 when the
  // text does not fit into these numbers and has to be kept beside them.
  std::uint32_t shape = 0;

  friend bool operator==(const Fix&, const Fix&) = default;
};

// Read a position, and then a time, from the front of [at, end) into a fix that is empty before.
// Return where it ends, or nullptr: there is none, or it is out of range. What stands behind it is
// looked at, up to `end`, and decides nothing.
const char* ReadPosition(const char* at, const char* end, Fix* fix);
const char* ReadTime(const char* at, const char* end, Fix* fix);

// nullopt: the text is no position, or no time, or out of range.
std::optional<Fix> ParseFix(const FixText& text);

// False: no fix that ParseFix makes looks like this.
bool IsWellFormed(const Fix& fix);

// The text of a fix whose shape is not 0.
void AppendPosition(const Fix& fix, std::string* out);
void AppendTime(const Fix& fix, std::string* out);

// Where in a valid position text the longitude (its sign) begins.
std::size_t LongitudeOffset(std::string_view position);

}  // namespace herd
