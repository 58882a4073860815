#include "frontend/session/session.h"

#include <algorithm>
#include <utility>

#include "frontend/text/reply.h"

namespace herd {
namespace {

// `input` begins with a line that is longer than any may be. `ended`: nothing follows the input.
bool BeginsTooLong(std::string_view input, bool ended) {
  const std::string_view front = input.substr(0, text::kMaxLineBytes + 2);
  if (const std::size_t end = front.find('\n'); end != std::string_view::npos) {
    return text::WithoutCarriageReturn(front.substr(0, end)).size() > text::kMaxLineBytes;
  }
  if (front.size() <= text::kMaxLineBytes) return false;
  // One byte too many may be the "\r" of a line end that is still on its way.
  return ended || front.size() > text::kMaxLineBytes + 1 || front.back() != '\r';
}

bool IsIn(const absl::flat_hash_set<std::string>& names, std::string_view name) {
  return names.contains(absl::string_view(name.data(), name.size()));
}

void SetRequest(const text::Command& command, Nanos now, Request* request) {
  switch (command.kind) {
    case text::Command::Kind::kIamat:
      request->kind = Request::Kind::kReport;
      request->client_id = command.client_id;
      request->fix = command.fix;
      request->text = command.text;
      request->skew = now - command.fix.time;
      return;
    case text::Command::Kind::kWhatsat:
      request->kind = Request::Kind::kLookup;
      request->client_id = command.client_id;
      request->sighting = Request::kUnknownClient;
      return;
    case text::Command::Kind::kAt:
      request->kind = Request::Kind::kRelay;
      request->client_id = command.client_id;
      request->fix = command.fix;
      request->text = command.text;
      request->skew = command.skew;
      request->server = command.server;
      return;
    default:
      request->kind = Request::Kind::kNone;
      request->client_id = {};
  }
}

void AppendPlaces(const places::Document& json, std::string* out) {
  json.AppendTo(out);
  text::AppendEndOfPlaces(out);
}

}  // namespace

void Session::Receive(std::string_view bytes, Moment now, std::string* out) {
  if (closed_) return;
  if (unread_.empty()) {
    bytes.remove_prefix(Read(bytes, now, out));
    if (!closed_) unread_.assign(bytes);
    line_begun_ = now.monotonic;
  } else {
    unread_.append(bytes);
    Resume(now, out);
  }
}

void Session::ReceiveEnd(Moment now, std::string* out) {
  at_end_ = true;
  Resume(now, out);
}

void Session::Stop(Moment now, std::string* out) {
  at_end_ = stopped_ = true;
  Resume(now, out);
}

void Session::Resume(Moment now, std::string* out) {
  if (closed_) return;
  const std::size_t done = Read(unread_, now, out);
  if (done > 0) line_begun_ = now.monotonic;
  unread_.erase(0, done);
  if (closed_ || unread_.empty()) std::string().swap(unread_);
}

std::size_t Session::Read(std::string_view input, Moment now, std::string* out) {
  const std::size_t burst_end = out->size() + kMaxBurst;
  std::size_t done = 0;
  while (!closed_ && has_room() && out->size() < burst_end) {
    std::string_view rest = input.substr(done);
    std::size_t taken = TakeLines(rest);
    if (taken == 0 && BeginsTooLong(rest, at_end_)) {
      CutOff(rest, now, out);
      break;
    }
    if (taken == 0 && at_end_) {
      if (!stopped_) TakeLastLine(rest);
      taken = rest.size();
      closed_ = true;
    } else if (taken == 0) {
      break;
    }
    AwaitNeighbors(Execute(now.since_epoch));
    Reply(now, out);
    done += taken;
  }
  left_off_ = !has_room() || out->size() >= burst_end;
  return done;
}

std::size_t Session::TakeLines(std::string_view input) {
  CommandBatch& batch = context_->batch;
  batch.size = batch.lookups = 0;
  const char* at = input.data();
  const char* const end = at + input.size();
  while (batch.size < CommandBatch::kMaxCommands && held_.size() + batch.lookups < kMaxWaiting) {
    const char* const line_end = text::ReadCommand(at, end, &batch.commands[batch.size]);
    if (line_end == end) break;
    const std::string_view line(at, static_cast<std::size_t>(line_end - at));
    if (line.size() > text::kMaxLineBytes &&
        BeginsTooLong({at, static_cast<std::size_t>(end - at)}, false)) {
      break;
    }
    Take(text::WithoutCarriageReturn(line));
    at = line_end + 1;
  }
  return static_cast<std::size_t>(at - input.data());
}

void Session::TakeLastLine(std::string_view line) {
  context_->batch.commands[0] = text::ParseCommand(line);
  Take(line);
}

void Session::Take(std::string_view line) {
  CommandBatch& batch = context_->batch;
  text::Command& command = batch.commands[batch.size];
  if (command.kind == text::Command::Kind::kBlank) return;
  if (command.kind == text::Command::Kind::kInvalid && peer_ == Peer::kTextNeighbor) {
    TakeRelay(line, &command);
  }
  if (command.kind == text::Command::Kind::kWhatsat) ++batch.lookups;
  batch.lines[batch.size++] = line;
}

void Session::TakeRelay(std::string_view line, text::Command* command) {
  if (text::ReadAt(line, command) && IsIn(*context_->herd_servers, command->server)) {
    has_relayed_ = true;
    return;
  }
  command->kind = text::Command::Kind::kInvalid;
  context_->counters.invalid_relays.Add(1);
  host_->OnInvalidRelay(line);
}

Versions Session::Execute(Nanos now) {
  CommandBatch& batch = context_->batch;
  batch.sightings.clear();
  if (batch.size == 0) return {};
  host_->OnLines(absl::MakeSpan(batch.lines).first(batch.size));
  for (std::size_t i = 0; i < batch.size; ++i) {
    SetRequest(batch.commands[i], now, &batch.requests[i]);
  }
  return context_->herd->Execute(absl::MakeSpan(batch.requests).first(batch.size),
                                 &batch.sightings);
}

void Session::AwaitNeighbors(const Versions& versions) {
  if (versions.empty() || context_->herd->AreAcknowledged(versions)) return;
  Hold(WaitedFor::kNeighbors);
  host_->AwaitNeighbors(versions, last_ticket_);
}

Session::Held& Session::Hold(WaitedFor waits_for) {
  Held& held = held_.emplace_back();
  held.ticket = ++last_ticket_;
  held.waits_for = waits_for;
  held.waiting = true;
  return held;
}

void Session::CountCommands(const Tally& tally) const {
  const CommandBatch& batch = context_->batch;
  const std::uint64_t unknown = batch.lookups - tally.found;
  CommandCounters& counters = context_->counters;
  counters.reports.Add(batch.size - tally.found - tally.relays - tally.questioned);
  if (tally.found + tally.relays + tally.questioned == 0) return;
  counters.found.Add(tally.found);
  counters.unknown.Add(unknown);
  counters.relays.Add(tally.relays);
  counters.refused.Add(tally.refused);
  counters.refused_relays.Add(tally.refused_relays);
  counters.invalid.Add(tally.questioned - unknown - tally.refused - tally.refused_relays);
}

void Session::Reply(Moment now, std::string* out) {
  CommandBatch& batch = context_->batch;
  Tally tally;
  for (std::size_t i = 0; i < batch.size; ++i) {
    const text::Command& command = batch.commands[i];
    const Request& request = batch.requests[i];
    if (request.kind == Request::Kind::kReport) {
      ReplyToReport(command, request.skew, Tail(out));
    } else if (request.kind == Request::Kind::kLookup &&
               request.sighting != Request::kUnknownClient) {
      ReplyToWhatsat(command, batch.sightings[static_cast<std::size_t>(request.sighting)], now,
                     out);
      ++tally.found;
    } else if (request.kind == Request::Kind::kRelay) {
      ++tally.relays;
      continue;  // There is no reply to what servers tell each other.
    } else {
      text::AppendInvalid(batch.lines[i], Tail(out));
      ++tally.questioned;
      if (request.kind == Request::Kind::kRefused) {
        ++(command.kind == text::Command::Kind::kAt ? tally.refused_relays : tally.refused);
      }
    }
    ++uncounted_;
  }
  CountCommands(tally);
  CountReplies(now);
  if (!held_.empty()) CountHeldBytes();
}

void Session::ReplyToReport(const text::Command& command, Nanos skew, std::string* out) {
  if (!command.operands.empty()) {
    text::AppendAt(context_->server, skew, command.operands, out);
  } else {
    text::AppendAt(context_->server, skew, command.client_id, command.text, out);
  }
}

void Session::ReplyToWhatsat(const text::Command& command, const Sighting& sighting, Moment now,
                             std::string* out) {
  const places::Document json = host_->AskPlaces({.location = text::ToLocation(sighting.position),
                                                  .radius_m = text::ToMetres(command.radius_km),
                                                  .bound = command.bound},
                                                 last_ticket_ + 1);
  std::string* reply = Tail(out);
  if (!json) {
    CountReplies(now);
    reply = &Hold(WaitedFor::kPlaces).reply;
  }
  text::AppendAt(sighting.server, sighting.skew, command.client_id,
                 {.position = sighting.position, .time = sighting.time}, reply);
  if (json) AppendPlaces(json, reply);
}

std::string* Session::Tail(std::string* out) { return held_.empty() ? out : &held_.back().behind; }

void Session::CountReplies(Moment now) {
  const std::uint64_t replies = std::exchange(uncounted_, 0);
  if (held_.empty()) {
    context_->departures.Add({WaitedFor::kNothing, now.monotonic, replies});
  } else {
    held_.back().Count(now.monotonic, replies);
  }
}

void Session::Held::Count(Nanos since, std::uint64_t replies) {
  if (replies == 0) return;
  if (!batches.empty() && batches.back().since == since) {
    batches.back().replies += replies;
  } else {
    batches.push_back({waits_for, since, replies});
  }
}

void Session::CutOff(std::string_view input, Moment now, std::string* out) {
  text::AppendInvalid(input.substr(0, text::kMaxLineBytes), Tail(out));
  closed_ = cut_off_ = true;
  context_->counters.invalid.Add(1);
  context_->counters.cut_off.Add(1);
  ++uncounted_;
  CountReplies(now);
}

Session::Held* Session::FindWaiting(std::uint64_t ticket) {
  const auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& other) {
    return other.ticket == ticket && other.waiting;
  });
  return held == held_.end() ? nullptr : &*held;
}

void Session::Answer(std::uint64_t ticket, const places::Document& json, std::string* out) {
  Held* const held = FindWaiting(ticket);
  if (held == nullptr) return;
  AppendPlaces(json, &held->reply);
  held->waiting = false;
  ReleaseHeld(out);
}

void Session::Pass(std::uint64_t ticket, std::string* out) {
  Held* const held = FindWaiting(ticket);
  if (held == nullptr) return;
  held->waiting = false;
  ReleaseHeld(out);
}

void Session::ReleaseHeld(std::string* out) {
  const auto first_waiting =
      std::find_if(held_.begin(), held_.end(), [](const Held& held) { return held.waiting; });
  for (auto held = held_.begin(); held != first_waiting; ++held) {
    out->append(held->reply);
    out->append(held->behind);
    for (const Departures::Batch& batch : held->batches) context_->departures.Add(batch);
  }
  held_.erase(held_.begin(), first_waiting);
  CountHeldBytes();
}

void Session::CountHeldBytes() {
  held_bytes_ = 0;
  for (const Held& held : held_) held_bytes_ += held.reply.size() + held.behind.size();
}

}  // namespace herd
