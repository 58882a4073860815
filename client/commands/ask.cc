#include "client/commands/ask.h"

#include <iostream>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/net/reply_tracker.h"

namespace herd::client {
namespace {

// No reply of a herd server comes near.
constexpr size_t kMaxReplyBytes = size_t{64} << 20;

struct Operand {
  std::string_view name;
  std::string_view value;
};

absl::Status CheckOperand(const Operand& operand) {
  const std::string name(operand.name);
  if (operand.value.empty()) {
    return absl::InvalidArgumentError(name + " is empty, the server would not see it");
  }
  if (operand.value.find_first_of(" \t\r\n\f\v") == std::string_view::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(name +
                                    " has white space in it, the server would see two fields");
}

absl::StatusOr<std::string> CommandLine(std::string_view word, std::vector<Operand> operands) {
  std::string line(word);
  for (const Operand& operand : operands) {
    if (absl::Status checked = CheckOperand(operand); !checked.ok()) return checked;
    line.append(" ").append(operand.value);
  }
  return line + "\n";
}

// Sends the command and prints what comes back until the server closes.
absl::Status Exchange(TextConnection& connection, const std::string& line, Deadline deadline,
                      ReplyTracker& tracker) {
  tracker.Sent(line);
  // A server that closes early may have answered before: what it said counts.
  absl::Status sent = connection.Send(line, deadline);
  if (absl::IsDeadlineExceeded(sent)) return sent;
  if (sent.ok()) sent = connection.FinishSending();
  size_t total = 0;
  while (true) {
    std::string received;
    const absl::StatusOr<size_t> count = connection.Receive(received, deadline);
    if (!count.ok()) return tracker.owed() == 0 ? absl::OkStatus() : count.status();
    if (*count == 0) return absl::OkStatus();
    tracker.Received(received);
    std::cout << received << std::flush;
    total += *count;
    if (total > kMaxReplyBytes) return absl::ResourceExhaustedError("the reply does not end");
  }
}

int Ask(const HerdOptions& herd, const std::string& server,
        const absl::StatusOr<std::string>& line) {
  if (!line.ok()) return Fail(line.status());
  const absl::StatusOr<Target> target = FindTarget(herd, server);
  if (!target.ok()) return Fail(target.status());
  const Deadline deadline = Clock::now() + herd.timeout;
  absl::StatusOr<TextConnection> connection = Connect(*target, herd.timeout);
  if (!connection.ok()) return Fail(connection.status());
  ReplyTracker tracker;
  const absl::Status exchanged = Exchange(*connection, *line, deadline, tracker);
  if (!exchanged.ok()) return Fail(exchanged);
  if (tracker.owed() > 0) {
    Complain(absl::StrCat(target->ToString(), " closed the connection before its reply was whole"));
  } else if (tracker.refused() > 0) {
    Complain(absl::StrCat(target->ToString(), " refused the command"));
  }
  return tracker.owed() > 0 || tracker.refused() > 0 ? kExitFailed : kExitOk;
}

}  // namespace

std::string ToClientTime(int64_t posix_ns) {
  return absl::StrFormat("%d.%09d", posix_ns / 1'000'000'000, posix_ns % 1'000'000'000);
}

int RunIamat(const HerdOptions& herd, const IamatOptions& options) {
  const std::string time =
      options.time == "now" ? ToClientTime(absl::GetCurrentTimeNanos()) : options.time;
  return Ask(
      herd, options.server,
      CommandLine("IAMAT", {{"ID", options.id}, {"POSITION", options.position}, {"TIME", time}}));
}

int RunWhatsat(const HerdOptions& herd, const WhatsatOptions& options) {
  return Ask(
      herd, options.server,
      CommandLine("WHATSAT",
                  {{"ID", options.id}, {"RADIUS", options.radius}, {"BOUND", options.bound}}));
}

}  // namespace herd::client
