#include "tests/herd/chaos/ledger.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "tests/herd/harness/text.h"

namespace herd::test {
namespace {

constexpr std::uint64_t kTicksPerSecond = 1000;
constexpr std::uint64_t kFirstSecond = 1'520'023'934;
constexpr std::size_t kMaxExamples = 20;

// The report that an AT line tells of; its tick is 0 if that is none of ours.
Report Parse(int client, std::string_view line) {
  const std::size_t time = line.rfind(' ');
  const std::size_t server = line.find(' ');
  if (time == std::string_view::npos || server == time) return {client, 0};
  char* fraction = nullptr;
  const std::uint64_t seconds = std::strtoull(line.data() + time, &fraction, 10);
  if (seconds < kFirstSecond || *fraction != '.') return {client, 0};
  const std::uint64_t rest = std::strtoull(fraction + 1, nullptr, 10);
  const Report report{client, (seconds - kFirstSecond) * kTicksPerSecond + rest};
  const std::string_view name = line.substr(server + 1, line.find(' ', server + 1) - server - 1);
  return IsReplyTo(report.Iamat(), name, std::string(line) + "\n") ? report : Report{client, 0};
}

}  // namespace

std::string Report::ClientId() const { return absl::StrFormat("walker-%d", client); }

std::string Report::Iamat() const {
  const std::string position =
      absl::StrFormat("+%d.%06d-%d.25", tick % 90, tick % 1'000'000, client % 180);
  return test::Iamat(
      ClientId(),
      absl::StrFormat("%d.%03d", kFirstSecond + tick / kTicksPerSecond, tick % kTicksPerSecond),
      position);
}

Ledger::Ledger(int clients) : entries_(static_cast<std::size_t>(clients)) {}

Report Ledger::Next(int client) {
  entries_[client].reported = ++ticks_;
  return {client, ticks_};
}

void Ledger::Acknowledge(const Report& report, std::string_view server) {
  ++acknowledged_;
  Entry& entry = entries_[report.client];
  if (report.tick <= entry.acknowledged) return;
  entry.acknowledged = report.tick;
  entry.server = server;
  entry.at = std::chrono::system_clock::now();
}

Ledger::Findings Ledger::Check(const std::vector<std::vector<std::string>>& answers) const {
  Findings findings;
  for (int client = 0; client < clients(); ++client) {
    const std::string& first = answers[0][client];
    CheckLine(client, first, &findings);
    for (const std::vector<std::string>& others : answers) {
      if (others[client] == first) continue;
      ++findings.differing;
      Note(client, "differs from what the first server says", others[client], &findings);
      CheckLine(client, others[client], &findings);
      break;
    }
  }
  return findings;
}

void Ledger::CheckLine(int client, const std::string& line, Findings* findings) const {
  const Entry& entry = entries_[client];
  const std::uint64_t tick = line.empty() ? 0 : Parse(client, line).tick;
  if (!line.empty() && (tick == 0 || tick > entry.reported)) {
    ++findings->invented;
    Note(client, "was never reported", line, findings);
  } else if (tick < entry.acknowledged) {
    ++findings->lost;
    Note(client, "is older than what was acknowledged", line, findings);
  }
}

void Ledger::Note(int client, const char* what, const std::string& line, Findings* findings) const {
  if (findings->examples.size() >= kMaxExamples) return;
  const Entry& entry = entries_[client];
  const std::string at =
      absl::FormatTime("%H:%M:%E3S", absl::FromChrono(entry.at), absl::LocalTimeZone());
  findings->examples.push_back(
      absl::StrFormat("'%s' %s; %s acknowledged '%s' at %s", line.empty() ? "(unknown)" : line,
                      what, entry.server, Report{client, entry.acknowledged}.Iamat(), at));
}

}  // namespace herd::test
