// A phone's report of where it is, and the reply that acknowledges it. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/fleet/place.h"
#include "client/load/errors.h"
#include "client/net/clock.h"

namespace herd::client {

struct Report {
  std::uint32_t phone = 0;
  // What IAMAT says and its reply repeats: "phone-000042 +34.068930-118.445127
  // 1520023934.918963997".
  std::string operands;
  // When the phone made it, monotonic.
  Nanos made = 0;
};

// `time` is since the POSIX epoch, not before it.
std::string ReportOperands(std::uint32_t phone, const Place& place, Nanos time);

// What is wrong with the reply to that report; nothing when it acknowledges it. `line` has no line
// end.
std::optional<ErrorKind> FindFault(std::string_view line, const Report& report);

}  // namespace herd::client
