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
          peer::Flood::Options{.in_sync_bound = options.in_sync_bound, .gather = options.gather})),
      links_(options.neighbors.size()),
      in_sync_(options.neighbors.size()) {}

std::shared_ptr<Stream> SimulatedServer::Call(std::size_t neighbor, SimulatedServer* callee,
                                              Path* there, Path* back) {
  auto stream = std::make_shared<Stream>(surroundings_, there, back, this, callee);
  links_[neighbor] = {.stream = stream, .side = Stream::kCaller, .run = callee->run()};
  callee->calls_.push_back({.stream = stream, .side = Stream::kCallee, .run = run()});
  flood_->Open(neighbor);
  Touch();
  return stream;
}

std::optional<std::size_t> SimulatedServer::FindLink(const Stream* stream) const {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].stream.get() == stream) return i;
  }
  return std::nullopt;
}

void SimulatedServer::OnMessage(Stream* stream, Message message) {
  std::optional<std::size_t> neighbor = FindLink(stream);
  if (!neighbor) neighbor = OnCall(stream, *message);
  if (!neighbor) return;
  const bool was_up = flood_->outbound(*neighbor).up();
  const Nanos now = surroundings_.queue->now();
  const absl::Status status = flood_->OnPacket(*neighbor, *message, now);
  NoteHeld(message->push());
  if (!status.ok()) {
    host_->OnNonsense(this, status);
    stream->Close(links_[*neighbor].side);
    EndLink(*neighbor);
  } else {
    if (!was_up && flood_->outbound(*neighbor).up()) links_[*neighbor].up_since = now;
    host_->OnReceived(this, *neighbor, *message);
  }
  Touch();
}

std::optional<std::size_t> SimulatedServer::OnCall(Stream* stream, const v1::Packet& packet) {
  const auto call = std::find_if(calls_.begin(), calls_.end(),
                                 [&](const Link& link) { return link.stream.get() == stream; });
  const Link link = *call;
  calls_.erase(call);
  const absl::StatusOr<std::size_t> neighbor = flood_->Identify(packet.push().hello());
  if (!neighbor.ok()) {
    host_->OnNonsense(this, neighbor.status());
    stream->Close(Stream::kCallee);
    return std::nullopt;
  }
  if (links_[*neighbor].stream != nullptr) {
    const std::shared_ptr<Stream> older = links_[*neighbor].stream;
    older->Close(Stream::kCallee);
    EndLink(*neighbor);
  }
  links_[*neighbor] = link;
  flood_->Open(*neighbor);
  return *neighbor;
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
  if (const auto neighbor = FindLink(stream)) links_[*neighbor].writing = false;
  Touch();
}

void SimulatedServer::OnEnd(Stream* stream) {
  if (surroundings_.mutation == Mutation::kKeepsEndedLinks) return;
  if (const auto neighbor = FindLink(stream)) EndLink(*neighbor);
  std::erase_if(calls_, [&](const Link& link) { return link.stream.get() == stream; });
  Touch();
}

void SimulatedServer::EndLink(std::size_t neighbor) {
  const bool was_up = flood_->outbound(neighbor).up();
  flood_->Close(neighbor);
  const Link ended = std::exchange(links_[neighbor], {});
  if (ended.side == Stream::kCallee) return;
  host_->OnLinkEnded(this, neighbor, was_up ? surroundings_.queue->now() - ended.up_since : 0);
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
  if (executed.updates > 0 && news_awaited_) Touch();
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
  PublishAcknowledged();
  bool did_something = false;
  for (std::size_t i = 0; i < links_.size(); ++i) did_something |= PumpLink(i);
  news_awaited_ = flood_->IsNewsAwaited();
  SleepUntilDeadline(did_something);
  TryToLeave();
}

bool SimulatedServer::PumpLink(std::size_t neighbor) {
  Link& link = links_[neighbor];
  if (link.stream == nullptr || link.writing) return false;
  auto packet = std::make_unique<v1::Packet>();
  if (!flood_->NextPacket(neighbor, surroundings_.queue->now(), packet.get())) return false;
  link.writing = true;
  host_->OnSending(this, neighbor, *packet);
  link.stream->Send(link.side, std::move(packet));
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
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].stream == nullptr || links_[i].writing) continue;
    const std::optional<Nanos> deadline = flood_->PacketDeadline(i);
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
  for (const Link& link : links_) {
    if (link.stream != nullptr) call(*link.stream, link.side);
  }
  for (const Link& link : calls_) call(*link.stream, link.side);
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
