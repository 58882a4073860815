#include "frontend/net/traffic_log.h"

#include <cstdint>
#include <cstring>

#include "absl/strings/str_format.h"
#include "server/log/log.h"

namespace herd::net {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// Whether one of 8 characters may be a control character: sure when it says no.
bool MayHaveControl(const char* text) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kTopBits = kEach << 7;
  std::uint64_t word;
  std::memcpy(&word, text, sizeof word);
  const std::uint64_t below_space = (word - kEach * ' ') & ~word;
  const std::uint64_t from_delete = word ^ kEach * 0x7f;
  const std::uint64_t is_delete = (from_delete - kEach) & ~from_delete;
  return ((below_space | is_delete) & kTopBits) != 0;
}

void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    if (IsControl(c)) {
      absl::StrAppendFormat(out, "\\x%02x", static_cast<unsigned char>(c));
    } else {
      out->push_back(c);
    }
  }
}

// A client must not be able to move the cursor of whoever reads the log.
void AppendPrintable(std::string_view line, std::string* out) {
  std::size_t at = 0;
  while (line.size() - at >= 8 && !MayHaveControl(line.data() + at)) at += 8;
  out->append(line.substr(0, at));
  AppendEscaped(line.substr(at), out);
}

}  // namespace

void TrafficLog::In(std::string_view client, absl::Span<const std::string_view> lines) {
  if (!on_) return;
  for (const std::string_view line : lines) Append(client, " <- ", line);
}

void TrafficLog::Out(std::string_view client, std::string_view lines) {
  if (!on_) return;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    if (!line.empty()) Append(client, " -> ", line);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
}

void TrafficLog::Note(std::string_view client, std::string_view event) {
  if (on_) Append(client, " ", event);
}

void TrafficLog::Append(std::string_view client, std::string_view arrow, std::string_view line) {
  if (stamp_.empty()) log::AppendStamp(&stamp_);
  lines_.append(stamp_).append(client).append(arrow);
  AppendPrintable(line, &lines_);
  lines_.push_back('\n');
  if (lines_.size() >= kMaxGathered) Flush();
}

void TrafficLog::Flush() {
  if (lines_.empty()) return;
  log::WriteLines(lines_);
  lines_.clear();
  stamp_.clear();
}

}  // namespace herd::net
