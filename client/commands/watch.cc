#include "client/commands/watch.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/commands/message_json.h"
#include "client/commands/terminal.h"

namespace herd::client {
namespace {

const char* Word(v1::ClientEvent::Kind kind) {
  switch (kind) {
    case v1::ClientEvent::KIND_ENTERED:
      return "entered";
    case v1::ClientEvent::KIND_LEFT:
      return "left";
    case v1::ClientEvent::KIND_PRESENT:
      return "present";
    default:
      return "moved";
  }
}

Color ColorOf(v1::ClientEvent::Kind kind) {
  if (kind == v1::ClientEvent::KIND_ENTERED) return Color::kGood;
  return kind == v1::ClientEvent::KIND_LEFT ? Color::kWarning : Color::kNone;
}

// Prints a message. False: that is enough.
class Printer {
 public:
  explicit Printer(const WatchOptions& options) : options_(options) {}

  bool Print(const v1::WatchClientsResponse& message) {
    if (options_.json) {
      std::cout << ToJsonLine(message) << "\n";
      printed_ += static_cast<uint64_t>(message.events_size());
    } else {
      PrintLines(message);
    }
    std::cout << std::flush;
    return !IsEnough();
  }

 private:
  bool IsEnough() const { return options_.count > 0 && printed_ >= options_.count; }

  void PrintLines(const v1::WatchClientsResponse& message) {
    for (const v1::ClientEvent& event : message.events()) {
      if (IsEnough()) return;
      std::cout << Paint(EventLine(event), ColorOf(event.kind()), on_terminal_) << "\n";
      ++printed_;
    }
    if (message.skipped() > 0) {
      std::cout << "         (" << message.skipped()
                << " older updates of any client were not sent: newer ones had come)\n";
    }
  }

  const WatchOptions& options_;
  const bool on_terminal_ = IsTerminal();
  uint64_t printed_ = 0;
};

}  // namespace

std::string EventLine(const v1::ClientEvent& event) {
  const v1::Client& client = event.client();
  return absl::StrFormat("%-7s  %s  %s  at %s", Word(event.kind()), Printable(client.client_id()),
                         client.position(), client.origin().server());
}

int RunWatch(const HerdOptions& herd, const WatchOptions& options) {
  const absl::StatusOr<Target> target = FindOperator(herd, options.server);
  if (!target.ok()) return Fail(target.status());
  OperatorClient server({{target->server, target->endpoint}}, herd.identity);
  const auto area = FindArea(options.near, server, herd.timeout);
  if (!area.ok()) return Fail(Of(*target, area.status()));
  v1::WatchClientsRequest request;
  if (*area) *request.mutable_area() = **area;
  for (const std::string& id : options.ids) request.add_client_ids_bytes(id);
  Printer printer(options);
  const absl::Status ended = server.WatchClients(
      request, herd.timeout,
      [&](const v1::WatchClientsResponse& message) { return printer.Print(message); });
  return ended.ok() ? kExitOk : Fail(Of(*target, ended));
}

}  // namespace herd::client
