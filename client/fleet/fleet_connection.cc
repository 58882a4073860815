#include "client/fleet/fleet_connection.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::client {
namespace {

constexpr Nanos kLate = kNanosPerSecond;

}  // namespace

FleetConnection::FleetConnection(std::size_t number, Shared& shared)
    : number_(number),
      home_(number % shared.doors.size()),
      shared_(shared),
      line_(shared.poller, *this) {}

void FleetConnection::Send(Report report, Nanos now) {
  // Until now it owed nothing, so its silence meant nothing.
  if (waiting_.empty()) heard_ = now;
  waiting_.push_back({.report = std::move(report)});
  if (is_open_) Say(waiting_.back());
}

void FleetConnection::Say(Waiting& waiting) {
  if (waiting.was_sent) ++shared_.tally.sent_again;
  waiting.was_sent = true;
  line_.Queue(absl::StrCat("IAMAT ", waiting.report.operands));
}

void FleetConnection::Flush() {
  if (is_open_) line_.Flush();
}

void FleetConnection::OnReady(const Poller::Ready& ready, Nanos now) {
  line_.OnReady(ready, [&](std::string_view line) { OnLine(line, now); });
  FollowState(now);
}

void FleetConnection::Tick(Nanos now) {
  FollowState(now);
  const bool is_silent = now - heard_ > shared_.patience && (!is_open_ || !waiting_.empty());
  if (server_.has_value() && is_silent) OnLost(now);
  if (!server_.has_value()) return FindServer(now);
  if (is_open_ && !IsAtHome() && waiting_.empty() && shared_.watch.IsUp(home_)) {
    ++shared_.tally.returns;
    GoTo(home_, now);
  }
}

void FleetConnection::FindServer(Nanos now) {
  const std::optional<std::size_t> server =
      shared_.watch.IsUp(home_) ? home_ : shared_.watch.AnyUp(number_);
  if (server.has_value()) GoTo(*server, now);
}

void FleetConnection::GoTo(std::size_t server, Nanos now) {
  line_.Close();
  is_open_ = false;
  server_ = server;
  heard_ = now;
  line_.Dial(shared_.doors[server]);
}

void FleetConnection::FollowState(Nanos now) {
  if (!server_.has_value()) return;
  if (line_.state() == LineConnection::State::kClosed) return OnLost(now);
  if (line_.state() == LineConnection::State::kOpen && !is_open_) OnOpen(now);
}

void FleetConnection::OnOpen(Nanos now) {
  is_open_ = true;
  heard_ = now;
  for (Waiting& each : waiting_) Say(each);
  Flush();
}

void FleetConnection::OnLost(Nanos now) {
  shared_.watch.NoteDown(*server_, now);
  if (is_open_) ++shared_.tally.fail_overs;
  line_.Close();
  is_open_ = false;
  server_.reset();
  FindServer(now);
}

void FleetConnection::OnLine(std::string_view line, Nanos now) {
  heard_ = now;
  if (waiting_.empty()) {
    shared_.tally.errors.Count(ErrorKind::kMalformed,
                               [&] { return absl::StrCat("nobody asked for ", Shown(line)); });
    return;
  }
  const Report& report = waiting_.front().report;
  const std::optional<ErrorKind> fault = FindFault(line, report);
  if (fault.has_value()) {
    CountFault(*fault, report, line);
  } else {
    CountAcknowledged(report, now);
  }
  waiting_.pop_front();
}

void FleetConnection::CountAcknowledged(const Report& report, Nanos now) {
  FleetTally& tally = shared_.tally;
  ++tally.acknowledged;
  ++tally.acknowledged_by[*server_];
  tally.latency.Record(now - report.made);
  if (now - report.made > kLate) ++tally.late;
}

void FleetConnection::CountFault(ErrorKind fault, const Report& report, std::string_view line) {
  ++shared_.tally.refused;
  shared_.tally.errors.Count(fault, [&] {
    return absl::StrCat("to ", Shown(absl::StrCat("IAMAT ", report.operands)), " came ",
                        Shown(line));
  });
}

}  // namespace herd::client
