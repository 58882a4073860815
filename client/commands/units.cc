#include "client/commands/units.h"

#include "absl/strings/str_format.h"

namespace herd::client {
namespace {

// Two digits that count, or three.
std::string Short(double value, const char* unit) {
  return value < 9.95 ? absl::StrFormat("%.1f%s", value, unit)
                      : absl::StrFormat("%.0f%s", value, unit);
}

}  // namespace

std::string DurationText(uint64_t ns) {
  const auto us = static_cast<double>(ns) / 1e3;
  if (ns == 0) return "0";
  if (us < 999.5) return Short(us, " us");
  if (us < 999.5e3) return Short(us / 1e3, " ms");
  if (us < 99.5e6) return Short(us / 1e6, " s");
  if (us < 99.5 * 60e6) return Short(us / 60e6, " min");
  if (us < 47.5 * 3600e6) return Short(us / 3600e6, " h");
  return Short(us / 86400e6, " d");
}

std::string CountText(uint64_t count) {
  const auto value = static_cast<double>(count);
  if (count < 1000) return absl::StrFormat("%d", count);
  if (value < 999.5e3) return Short(value / 1e3, "k");
  if (value < 999.5e6) return Short(value / 1e6, "M");
  return Short(value / 1e9, "G");
}

}  // namespace herd::client
