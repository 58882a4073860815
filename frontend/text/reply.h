// The replies of the front door, see README, "The protocol".
//
// Plain functions that append to a buffer.
#pragma once

#include <string>
#include <string_view>

#include "server/state/fix.h"
#include "server/state/nanos.h"

namespace herd::text {

// "AT Goloman +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1520023934.918963997\n"
void AppendAt(std::string_view server, Nanos skew, std::string_view client_id, const FixText& fix,
              std::string* out);
// The same of operands that stand together already: "kiwi.cs.ucla.edu +34.068930-118.445127 152..."
void AppendAt(std::string_view server, Nanos skew, std::string_view operands, std::string* out);

// "? " and the line, which comes without its line end.
void AppendInvalid(std::string_view line, std::string* out);

// What follows the JSON of a WHATSAT's reply, which comes without line ends at its end.
void AppendEndOfPlaces(std::string* out);

}  // namespace herd::text
