#include "frontend/net/traffic_log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/log/log.h"

namespace herd::net {
namespace {

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// A client must not be able to move the cursor of whoever reads the log.
void AppendPrintable(std::string_view line, std::string* out) {
  for (const char c : line) {
    if (IsControl(c)) {
      absl::StrAppendFormat(out, "\\x%02x", static_cast<unsigned char>(c));
    } else {
      out->push_back(c);
    }
  }
}

}  // namespace

TrafficLog::TrafficLog(bool on, std::uint64_t number, const std::string& peer) : on_(on) {
  if (on_) prefix_ = absl::StrCat("client ", number, " ", peer);
}

void TrafficLog::In(absl::Span<const std::string_view> lines) const {
  if (!on_) return;
  for (const std::string_view line : lines) Write(" <- ", line);
}

void TrafficLog::Out(std::string_view lines) const {
  if (!on_) return;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    if (!line.empty()) Write(" -> ", line);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
}

void TrafficLog::Note(std::string_view event) const {
  if (on_) Write(" ", event);
}

void TrafficLog::Write(std::string_view arrow, std::string_view line) const {
  std::string entry = absl::StrCat(prefix_, absl::string_view(arrow.data(), arrow.size()));
  AppendPrintable(line, &entry);
  log::Info(entry);
}

}  // namespace herd::net
