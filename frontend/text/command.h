// The grammar of the front door's commands, see README, "The protocol".
//
// A pure parser: one line in, one value out. The value's views point into the line.
#pragma once

#include <string>
#include <string_view>

#include "server/state/fix.h"

namespace herd::text {

// The longest line that is read, its line end not counted, bytes.
inline constexpr std::size_t kMaxLineBytes = 8192;

struct Command {
  enum class Kind { kBlank, kInvalid, kIamat, kWhatsat };

  Kind kind = Kind::kInvalid;
  std::string_view client_id;

  // kIamat
  Fix fix;
  FixText text;
  // Id, position and time as they stand in the line, if nothing but a space is between them; else
  // empty.
  std::string_view operands;

  // kWhatsat
  std::string_view radius_km;
  int bound = 0;
};

// Reads the line at the front of [at, end), which ends at the first "\n" or at `end`, in one pass.
// Returns where it ends. What the command's kind does not have is unspecified.
const char* ReadCommand(const char* at, const char* end, Command* command);

// `line` comes without its "\n".
Command ParseCommand(std::string_view line);

// Without the "\r" of a line end "\r\n".
std::string_view WithoutCarriageReturn(std::string_view line);

// "10.587" kilometres are "10587" metres: a valid radius with its point moved, exactly.
std::string ToMetres(std::string_view radius_km);

// "+34.068930-118.445127" is "34.068930,-118.445127": a valid position as the Places API wants it.
std::string ToLocation(std::string_view position);

}  // namespace herd::text
