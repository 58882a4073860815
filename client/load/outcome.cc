#include "client/load/outcome.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace herd::client {
namespace {

std::string Rounded(double number) { return WithCommas(static_cast<std::uint64_t>(number + 0.5)); }

std::string ShownLatency(double nanos) {
  if (nanos < 9'995) return absl::StrFormat("%.2f us", nanos / 1e3);
  if (nanos < 9'999'500) return absl::StrFormat("%s us", Rounded(nanos / 1e3));
  return absl::StrFormat("%.1f ms", nanos / 1e6);
}

std::string ShownBytes(std::uint64_t bytes) {
  return absl::StrFormat("%.1f MB", static_cast<double>(bytes) / 1e6);
}

// "1 thread", "2 threads"
std::string Several(std::uint64_t count, const char* what) {
  return absl::StrCat(WithCommas(count), " ", what, count == 1 ? "" : "s");
}

std::string ServerLine(const LoadPlan& plan) {
  return absl::StrJoin(plan.servers, ", ", [](std::string* out, const LoadServer& server) {
    out->append(server.name);
  });
}

std::string LoadLine(const LoadPlan& plan) {
  const std::string way =
      plan.rate.has_value() ? absl::StrCat(Rounded(*plan.rate), " requests/s, each when it is due")
                            : absl::StrCat("depth ", plan.depth);
  const std::string idle = plan.idle == 0 ? "" : absl::StrCat(" (and ", plan.idle, " idle)");
  const double share = plan.mix.question_share;
  const std::string questions = share == 0 ? "" : absl::StrFormat(", %.4g%% WHATSAT", 100 * share);
  return absl::StrCat(Several(plan.connections, "connection"), idle, ", ", way, ", ",
                      Several(plan.threads, "thread"), ", ", Several(plan.mix.clients, "client"),
                      questions);
}

std::string RequestLine(const LoadPlan& plan, const LoadOutcome& outcome) {
  const double rate = outcome.RatePerSecond();
  std::string line = absl::StrFormat("%s in %.2f s: %s/s", WithCommas(outcome.tally.replies),
                                     outcome.seconds, Rounded(rate));
  // The last reply may be a little late.
  if (plan.rate.has_value() && rate < 0.99 * *plan.rate && outcome.tally.replies > 0) {
    absl::StrAppend(&line, ", and not the ", Rounded(*plan.rate), "/s asked for");
  }
  if (outcome.interrupted) absl::StrAppend(&line, " (interrupted)");
  return line;
}

std::string LatencyLine(const Histogram& latency) {
  const auto at = [&](double percent) {
    return ShownLatency(static_cast<double>(latency.Percentile(percent)));
  };
  return absl::StrCat("p50 ", at(50), "   p90 ", at(90), "   p99 ", at(99), "   p99.9 ", at(99.9),
                      "   max ", ShownLatency(static_cast<double>(latency.max())), "   mean ",
                      ShownLatency(latency.Mean()));
}

std::string CpuLine(const Tally& tally) {
  const double us = static_cast<double>(tally.cpu) / 1e3;
  const double each = us / static_cast<double>(std::max<std::uint64_t>(tally.replies, 1));
  return absl::StrFormat("%.2f s of this program, %.3f us a request", us / 1e6, each);
}

std::string ErrorLines(const Errors& errors) {
  if (errors.total() == 0) return "none";
  std::string lines;
  for (const ErrorKind kind : kErrorKinds) {
    if (errors.of(kind) == 0) continue;
    absl::StrAppend(&lines, lines.empty() ? "" : "\n            ", WithCommas(errors.of(kind)), " ",
                    WordsFor(kind), ": ", errors.example(kind));
  }
  return lines;
}

}  // namespace

std::string WithCommas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::string ToTable(const LoadPlan& plan, const LoadOutcome& outcome) {
  const Tally& tally = outcome.tally;
  std::string table = absl::StrCat(
      "servers     ", ServerLine(plan), "\nload        ", LoadLine(plan), "\nreplies     ",
      RequestLine(plan, outcome), "\nlatency     ", LatencyLine(tally.latency), "\nbytes       ",
      ShownBytes(tally.bytes_sent), " sent, ", ShownBytes(tally.bytes_received),
      " received\nCPU         ", CpuLine(tally), "\n");
  if (tally.unanswered > 0) {
    absl::StrAppend(&table, "unanswered  ", WithCommas(tally.unanswered), "\n");
  }
  return absl::StrCat(table, "errors      ", ErrorLines(tally.errors), "\n");
}

}  // namespace herd::client
