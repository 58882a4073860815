#include "client/fleet/report.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace herd::client {
namespace {

constexpr std::size_t kAtFields = 6;  // AT, server, difference, and three operands

std::string_view IdOf(std::string_view operands) { return operands.substr(0, operands.find(' ')); }

bool IsDifference(absl::string_view text) {
  return text.size() > 11 && text[text.size() - 10] == '.' && (text[0] == '+' || text[0] == '-');
}

}  // namespace

std::string ReportOperands(std::uint32_t phone, const Place& place, Nanos time) {
  return absl::StrFormat("phone-%06d %s %d.%09d", phone, ToString(place), time / kNanosPerSecond,
                         time % kNanosPerSecond);
}

std::optional<ErrorKind> FindFault(std::string_view line, const Report& report) {
  const absl::string_view text(line.data(), line.size());
  if (absl::StartsWith(text, "? ")) return ErrorKind::kRefused;
  const std::vector<absl::string_view> fields = absl::StrSplit(text, ' ');
  if (fields.size() != kAtFields || fields[0] != "AT" || fields[1].empty() ||
      !IsDifference(fields[2])) {
    return ErrorKind::kMalformed;
  }
  const auto begin = static_cast<std::size_t>(fields[3].data() - text.data());
  const std::string_view operands = line.substr(begin);
  if (operands == report.operands) return std::nullopt;
  const bool is_of_this_phone = IdOf(operands) == IdOf(report.operands);
  return is_of_this_phone ? ErrorKind::kMalformed : ErrorKind::kWrongClient;
}

}  // namespace herd::client
