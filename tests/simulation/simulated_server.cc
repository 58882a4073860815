#include "tests/simulation/simulated_server.h"

#include <algorithm>
#include <utility>

namespace herd::simulation {
namespace {

// How often what cannot be done now is tried again.
constexpr Nanos kSpinStep = kNanosPerMillisecond;
constexpr Nanos kPausedStep = 100 * kNanosPerMillisecond;

}  // namespace

SimulatedServer::SimulatedServer(const Options& options, const Stream::Surroundings& surroundings,
                                 const Ledger* ledger, Host* host)
    : options_(options),
      surroundings_(surroundings),
      ledger_(ledger),
      host_(host),
      store_(std::make_unique<Store>(options.own)),
      flood_(std::make_unique<peer::Flood>(
          store_.get(), options.own, options.neighbors,
          peer::Flood::Options{.in_sync_bound = options.in_sync_bound})),
      outbound_(options.neighbors.size()),
      in_sync_(options.neighbors.size()) {}

std::shared_ptr<Stream> SimulatedServer::Call(std::size_t neighbor, SimulatedServer* callee,
                                              Path* there, Path* back) {
  auto stream = std::make_shared<Stream>(surroundings_, there, back, this, callee);
  outbound_[neighbor] = {.stream = stream, .run = callee->run()};
  callee->inbound_.push_back({.stream = stream});
  flood_->OpenOutbound(neighbor);
  Touch();
  return stream;
}

std::optional<std::size_t> SimulatedServer::FindOutbound(const Stream* stream) const {
  for (std::size_t i = 0; i < outbound_.size(); ++i) {
    if (outbound_[i].stream.get() == stream) return i;
  }
  return std::nullopt;
}

SimulatedServer::Inbound* SimulatedServer::FindInbound(const Stream* stream) {
  const auto found = std::find_if(inbound_.begin(), inbound_.end(), [&](const Inbound& inbound) {
    return inbound.stream.get() == stream;
  });
  return found == inbound_.end() ? nullptr : &*found;
}

void SimulatedServer::OnMessage(Stream* stream, Message message) {
  if (message.ack != nullptr) {
    OnAck(FindOutbound(stream).value(), std::move(message));
  } else {
    OnPush(FindInbound(stream), std::move(message));
  }
  Touch();
}

void SimulatedServer::OnAck(std::size_t neighbor, Message message) {
  const bool was_up = flood_->outbound(neighbor).up();
  const absl::Status status = flood_->OnAck(neighbor, *message.ack, surroundings_.queue->now());
  if (!status.ok()) {
    host_->OnNonsense(this, status);
    outbound_[neighbor].stream->Close(Stream::kCaller);
    return EndOutbound(neighbor);
  }
  if (!was_up) outbound_[neighbor].up_since = surroundings_.queue->now();
  host_->OnReceived(this, neighbor, message);
}

void SimulatedServer::OnPush(Inbound* inbound, Message message) {
  const std::shared_ptr<Stream> stream = inbound->stream;
  const bool is_hello = !inbound->neighbor;
  const absl::Status status =
      is_hello ? OnHello(inbound, message.push->hello())
               : flood_->OnPush(*inbound->neighbor, *message.push, surroundings_.queue->now());
  if (!is_hello) NoteHeld(*message.push);
  if (status.ok()) return host_->OnReceived(this, *FindInbound(stream.get())->neighbor, message);
  host_->OnNonsense(this, status);
  stream->Close(Stream::kCallee);
  EndInbound(stream.get());
}

absl::Status SimulatedServer::OnHello(Inbound* inbound, const v1::Hello& hello) {
  const absl::StatusOr<std::size_t> neighbor = flood_->Identify(hello);
  if (!neighbor.ok()) return neighbor.status();
  const auto older = std::find_if(inbound_.begin(), inbound_.end(), [&](const Inbound& other) {
    return other.neighbor == *neighbor;
  });
  const std::shared_ptr<Stream> stream = inbound->stream;
  if (older != inbound_.end()) {
    const std::shared_ptr<Stream> replaced = older->stream;
    replaced->Close(Stream::kCallee);
    EndInbound(replaced.get());
  }
  const absl::Status status = flood_->OpenInbound(*neighbor, hello, surroundings_.queue->now());
  if (status.ok()) FindInbound(stream.get())->neighbor = *neighbor;
  return status;
}

void SimulatedServer::NoteHeld(const v1::Push& push) {
  for (const v1::Range& range : push.ranges()) {
    for (const v1::Update& update : range.updates()) {
      const int client = ClientOf(update.client_id());
      if (const Key key = Look(client)) host_->OnHolding(this, client, key);
    }
  }
}

Key SimulatedServer::Look(int client) {
  // Older than anything, so that it changes nothing, and the store says what is newer.
  Report ancient = MakeReport(client, 0, 0);
  ancient.fix.time = -1;
  Request lookup{.kind = Request::Kind::kLookup, .client_id = ancient.id};
  std::vector<Sighting> sightings;
  store_->Execute(absl::MakeSpan(&lookup, 1), &sightings);
  if (sightings.empty()) return {};
  Request request = ToRequest(ancient);
  const Store::Executed executed = store_->Execute(absl::MakeSpan(&request, 1), nullptr);
  return {RunOf(executed.reported[0].origin), executed.reported[0].sequence};
}

int SimulatedServer::RunOf(OriginIndex origin) {
  while (runs_.size() <= origin) {
    runs_.push_back(ledger_->Find(store_->Origin(static_cast<OriginIndex>(runs_.size()))));
  }
  return runs_[origin];
}

void SimulatedServer::OnTaken(Stream* stream) {
  if (const auto neighbor = FindOutbound(stream)) {
    outbound_[*neighbor].writing = false;
  } else if (Inbound* const inbound = FindInbound(stream)) {
    inbound->writing = false;
  }
  Touch();
}

void SimulatedServer::OnEnd(Stream* stream) {
  if (surroundings_.mutation == Mutation::kKeepsEndedLinks) return;
  if (const auto neighbor = FindOutbound(stream)) {
    EndOutbound(*neighbor);
  } else {
    EndInbound(stream);
  }
  Touch();
}

void SimulatedServer::EndOutbound(std::size_t neighbor) {
  const bool was_up = flood_->outbound(neighbor).up();
  const Nanos up_for = was_up ? surroundings_.queue->now() - outbound_[neighbor].up_since : 0;
  flood_->CloseOutbound(neighbor, surroundings_.queue->now());
  outbound_[neighbor] = {};
  host_->OnLinkEnded(this, neighbor, up_for);
}

void SimulatedServer::EndInbound(const Stream* stream) {
  const Inbound* const inbound = FindInbound(stream);
  if (inbound == nullptr) return;
  if (inbound->neighbor) flood_->CloseInbound(*inbound->neighbor);
  inbound_.erase(inbound_.begin() + (inbound - inbound_.data()));
}

bool SimulatedServer::Take(const Report& report) {
  if (gone_ || leaving_) return false;
  if (paused_) {
    unread_.push_back(report);
    return true;
  }
  Request request = ToRequest(report);
  const Store::Executed executed = store_->Execute(absl::MakeSpan(&request, 1), nullptr);
  const Version version = executed.reported[0];
  const Key key{RunOf(version.origin), version.sequence};
  if (executed.updates > 0) host_->OnMade(this, report, version.sequence);
  host_->OnHolding(this, report.client, key);
  const Nanos now = surroundings_.queue->now();
  if (executed.updates > 0) Touch();
  if (!options_.ack_neighbors || IsAcknowledged(version)) {
    host_->OnReply(this, key, now, options_.ack_neighbors);
  } else {
    Await({version, key, now});
  }
  return true;
}

void SimulatedServer::Continue() {
  paused_ = false;
  const Nanos now = surroundings_.queue->now();
  for (Waiting& reply : waiting_) reply.since = now;
  for (auto& [number, reply] : waiting_for_others_) {
    reply.since = now;
    surroundings_.queue->At(now, [this, late = number] { GiveUpWaiting(late); });
  }
  while (!unread_.empty()) {
    Take(unread_.front());
    unread_.pop_front();
  }
  Touch();
}

void SimulatedServer::Touch() {
  if (pump_due_ || gone_) return;
  pump_due_ = true;
  const Nanos delay = surroundings_.random->Between(0, options_.reaction);
  surroundings_.queue->After(delay, [this] {
    pump_due_ = false;
    Pump();
  });
}

void SimulatedServer::Pump() {
  if (gone_ || paused_) return;
  flood_->Advance(surroundings_.queue->now());
  bool did_something = false;
  for (std::size_t i = 0; i < outbound_.size(); ++i) did_something |= PumpOutbound(i);
  for (Inbound& inbound : inbound_) did_something |= PumpInbound(&inbound);
  PublishAcknowledged();
  SleepUntilDeadline(did_something);
  TryToLeave();
}

bool SimulatedServer::PumpOutbound(std::size_t neighbor) {
  Outbound& outbound = outbound_[neighbor];
  if (outbound.stream == nullptr || outbound.writing) return false;
  Message message{.push = std::make_unique<v1::Push>()};
  if (!flood_->NextPush(neighbor, message.push.get())) return false;
  outbound.writing = true;
  host_->OnSending(this, neighbor, message);
  outbound.stream->Send(Stream::kCaller, std::move(message));
  return true;
}

bool SimulatedServer::PumpInbound(Inbound* inbound) {
  if (!inbound->neighbor || inbound->writing) return false;
  Message message{.ack = std::make_unique<v1::Ack>()};
  if (!flood_->NextAck(*inbound->neighbor, surroundings_.queue->now(), message.ack.get())) {
    return false;
  }
  inbound->writing = true;
  host_->OnSending(this, *inbound->neighbor, message);
  inbound->stream->Send(Stream::kCallee, std::move(message));
  return true;
}

void SimulatedServer::PublishAcknowledged() {
  for (std::size_t i = 0; i < in_sync_.size(); ++i) in_sync_[i] = flood_->IsInSync(i);
  const Sequence before = std::exchange(acknowledged_, flood_->Acknowledged());
  if (acknowledged_ != before || awaiting_) PassReplies();
  awaiting_ = flood_->IsAwaiting();
}

void SimulatedServer::PassReplies() {
  for (; !waiting_.empty() && IsAcknowledged(waiting_.front().version); waiting_.pop_front()) {
    host_->OnReply(this, waiting_.front().key, waiting_.front().since, true);
  }
  std::erase_if(waiting_for_others_, [this](const auto& entry) {
    const Waiting& reply = entry.second;
    if (!IsAcknowledged(reply.version)) return false;
    host_->OnReply(this, reply.key, reply.since, true);
    return true;
  });
}

void SimulatedServer::Await(const Waiting& reply) {
  if (reply.version.origin == Store::kOwnOrigin) {
    waiting_.push_back(reply);
    return;
  }
  const int number = ++last_waiting_;
  waiting_for_others_[number] = reply;
  flood_->Await(reply.version);
  awaiting_ = true;
  Touch();
  surroundings_.queue->After(options_.in_sync_bound, [this, number] { GiveUpWaiting(number); });
}

void SimulatedServer::GiveUpWaiting(int number) {
  if (gone_ || paused_) return;
  const auto reply = waiting_for_others_.extract(number);
  if (reply) host_->OnReply(this, reply.mapped().key, reply.mapped().since, false);
}

bool SimulatedServer::IsAcknowledged(const Version& version) const {
  if (surroundings_.mutation == Mutation::kRepliesAtOnce) return true;
  if (version.origin == Store::kOwnOrigin) return version.sequence <= acknowledged_;
  return flood_->IsAcknowledged(version);
}

std::optional<Nanos> SimulatedServer::Deadline() const {
  std::optional<Nanos> earliest = flood_->AdvanceDeadline();
  for (const Inbound& inbound : inbound_) {
    if (!inbound.neighbor || inbound.writing) continue;
    const std::optional<Nanos> deadline = flood_->AckDeadline(*inbound.neighbor);
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

void SimulatedServer::SleepUntilDeadline(bool did_something) {
  ++sleeps_;
  const std::optional<Nanos> deadline = Deadline();
  const Nanos now = surroundings_.queue->now();
  if (!deadline || *deadline > now) {
    spinning_since_.reset();
  } else {
    NoteSpinning(did_something);
  }
  if (!deadline) return;
  surroundings_.queue->At(std::max(*deadline, now + kSpinStep), [this, sleep = sleeps_] {
    if (sleep == sleeps_) Pump();
  });
}

void SimulatedServer::NoteSpinning(bool did_something) {
  const Nanos now = surroundings_.queue->now();
  if (!spinning_since_ || did_something) spinning_since_ = now;
  if (now > *spinning_since_) host_->OnSpinning(this, now - *spinning_since_);
}

void SimulatedServer::Leave() {
  leaving_ = true;
  surroundings_.queue->After(options_.leave_bound, [this] { FinishLeaving(false); });
  TryToLeave();
}

void SimulatedServer::TryToLeave() {
  if (!leaving_ || gone_ || paused_) return;
  // First what clients were promised, then the neighbours.
  if (!told_to_leave_ && waiting() == 0) {
    told_to_leave_ = true;
    if (surroundings_.mutation == Mutation::kStopsInsteadOfLeaving) return FinishLeaving(true);
    flood_->Leave();
    Touch();
  }
  if (told_to_leave_ && flood_->HasLeft()) FinishLeaving(true);
}

void SimulatedServer::FinishLeaving(bool in_time) {
  if (gone_) return;
  if (!paused_) return host_->OnLeft(this, in_time);
  surroundings_.queue->After(kPausedStep, [this] { FinishLeaving(false); });
}

template <typename Do>
void SimulatedServer::ForEachStream(Do call) {
  for (const Outbound& outbound : outbound_) {
    if (outbound.stream != nullptr) call(*outbound.stream, Stream::kCaller);
  }
  for (const Inbound& inbound : inbound_) call(*inbound.stream, Stream::kCallee);
}

void SimulatedServer::Stop() {
  gone_ = true;
  ForEachStream([](Stream& stream, Stream::Side side) { stream.Close(side); });
}

void SimulatedServer::Crash(bool told) {
  gone_ = true;
  ForEachStream([&](Stream& stream, Stream::Side side) { stream.Abandon(side, told); });
}

}  // namespace herd::simulation
