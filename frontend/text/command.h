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
  // kAt: of ReadAt only; to ReadCommand it is invalid.
  enum class Kind { kBlank, kInvalid, kIamat, kWhatsat, kAt };

  Kind kind = Kind::kInvalid;
  std::string_view client_id;

  // kIamat and kAt
  Fix fix;
  FixText text;
  // kIamat: id, position and time as they stand in the line, if nothing but a space is between
  // them; else empty.
  std::string_view operands;

  // kWhatsat
  std::string_view radius_km;
  int bound = 0;

  // kAt: who got the report, and its receive time minus the client's time.
  std::string_view server;
  Nanos skew = 0;
};

// Reads the line at the front of [at, end), which ends at the first "\n" or at `end`, in one pass.
// Returns where it ends. What the command's kind does not have is unspecified.
const char* ReadCommand(const char* at, const char* end, Command* command);

// `line` comes without its "\n".
Command ParseCommand(std::string_view line);

// Reads a line in which a server of an older herd tells what it, or another one, got:
// "AT Goloman +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1520023934.918963997", and behind
// it any names of servers, which say nothing here. The difference may be written as such herds do:
// without a sign, with any decimals (those past the ninth are cut off), or with an exponent.
// False: it is no such line, and `command` is invalid.
bool ReadAt(std::string_view line, Command* command);

// Without the "\r" of a line end "\r\n".
std::string_view WithoutCarriageReturn(std::string_view line);

// "10.587" kilometres are "10587" metres: a valid radius with its point moved, exactly.
std::string ToMetres(std::string_view radius_km);

// "+34.068930-118.445127" is "34.068930,-118.445127": a valid position as the Places API wants it.
std::string ToLocation(std::string_view position);

}  // namespace herd::text
