#include "server/peer/peers.h"

#include <pthread.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "server/log/log.h"
#include "server/peer/caller.h"
#include "server/peer/channel_arguments.h"
#include "server/peer/durations_message.h"
#include "server/peer/wire.h"
#include "server/state/clock.h"
#include "server/text/utf8.h"
#include "server/tls/credentials.h"

namespace herd::peer {
namespace {

// Under a steady stream of events, writes go out after this many at the latest.
constexpr int kEventsPerPump = 32;

// Who is how far behind is looked at this often while anything happens, and this often else.
constexpr Nanos kLookBusy = 100 * kNanosPerMillisecond;
constexpr Nanos kLookIdle = kNanosPerSecond;

constexpr char kDisconnected[] = "disconnected by an operator";

// Leaving takes less than this; when it does not, the log says what it takes so long for.
constexpr absl::Duration kLeaveNotice = absl::Milliseconds(500);

gpr_timespec ToTimespec(Nanos monotonic) {
  gpr_timespec at{};
  at.tv_sec = monotonic / kNanosPerSecond;
  at.tv_nsec = static_cast<std::int32_t>(monotonic % kNanosPerSecond);
  at.clock_type = GPR_CLOCK_MONOTONIC;
  return at;
}

std::vector<std::string> Names(const std::vector<Peers::Neighbor>& neighbors) {
  std::vector<std::string> names;
  for (const Peers::Neighbor& neighbor : neighbors) names.push_back(neighbor.name);
  return names;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Peers>> Peers::Start(Store* store, const Options& options) {
  auto peers = absl::WrapUnique(new Peers(store, options));
  grpc::ServerBuilder builder;
  SetServerArguments(builder);
  int port = 0;
  builder.AddListeningPort(options.listen, tls::ServerCredentials(options.identity), &port);
  builder.RegisterService(&peers->service_);
  peers->queue_ = builder.AddCompletionQueue();
  peers->server_ = builder.BuildAndStart();
  if (peers->server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.listen, " for neighbors"));
  }
  {
    absl::MutexLock lock(&peers->mutex_);
    peers->Accept();
    KnockListener::Host* const host = peers.get();
    peers->knock_listener_ =
        std::make_unique<KnockListener>(host, &peers->service_, peers->queue_.get());
    for (std::size_t i = 0; i < options.neighbors.size(); ++i) peers->Connect(i);
  }
  peers->thread_ = std::thread([loop = peers.get()] { loop->Run(); });
  return peers;
}

void Peers::Connect(std::size_t neighbor) {
  const auto& [name, target] = options_.neighbors[neighbor];
  if (!flood_.IsForUsToCall(neighbor)) {
    log::Info(absl::StrCat("waiting for ", name, " to connect"));
    v1::Hello hello;
    hello.set_server(options_.own.server);
    hello.set_receiver(name);
    hello.set_start_ns(options_.own.start_ns);
    knockers_[neighbor] = std::make_unique<Knocker>(&flood_, neighbor, target, options_.identity,
                                                    hello, queue_.get());
    knockers_[neighbor]->Start();
    return;
  }
  log::Info(absl::StrCat("connecting to ", name, " at ", target));
  calling_[neighbor] = std::make_unique<CallingStream>(&flood_, neighbor, target, options_.identity,
                                                       &states_[neighbor].traffic, queue_.get());
  calling_[neighbor]->Open();
}

Peers::Peers(Store* store, const Options& options)
    : store_(store),
      options_(options),
      flood_(store, options.own, Names(options.neighbors), options.flood),
      states_(options.neighbors.size()),
      calling_(options.neighbors.size()),
      knockers_(options.neighbors.size()) {
  // It has never been otherwise.
  const NeighborState::Lasting not_yet = {.holds = false, .since = RealtimeNow()};
  for (NeighborState& state : states_) {
    state.outbound_up = state.inbound_up = state.in_sync = not_yet;
  }
}

Peers::~Peers() {
  if (thread_.joinable()) Stop();
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_ || queue_ == nullptr) return;
  }
  // It never began to listen.
  queue_->Shutdown();
  void* tag;
  bool ok;
  while (queue_->Next(&tag, &ok)) {
  }
}

void Peers::Run() {
  pthread_setname_np(pthread_self(), "herd-links");
  for (;;) {
    turns_.fetch_add(1, std::memory_order_relaxed);
    void* tag;
    bool ok;
    int events = 0;
    const gpr_timespec past = gpr_time_0(GPR_CLOCK_MONOTONIC);
    while (events < kEventsPerPump) {
      const auto next = queue_->AsyncNext(&tag, &ok, past);
      if (next == grpc::CompletionQueue::SHUTDOWN) return;
      if (next == grpc::CompletionQueue::TIMEOUT) break;
      Handle(tag, ok);
      ++events;
    }
    const std::uint64_t wakes = wakes_.load();
    const gpr_timespec deadline = Pump();
    if (events == kEventsPerPump) continue;
    sleeping_.store(true);
    const bool work_left =
        must_pump_.exchange(false) || (wakes_.load() != wakes && news_awaited_.load());
    const auto next = queue_->AsyncNext(&tag, &ok, work_left ? past : deadline);
    sleeping_.store(false);
    if (next == grpc::CompletionQueue::SHUTDOWN) return;
    if (next == grpc::CompletionQueue::GOT_EVENT) Handle(tag, ok);
  }
}

void Peers::Handle(void* tag, bool ok) {
  absl::MutexLock lock(&mutex_);
  static_cast<Completion*>(tag)->Done(ok);
}

gpr_timespec Peers::Pump() {
  absl::MutexLock lock(&mutex_);
  const Nanos now = MonotonicNow();
  for (const std::size_t late : flood_.Advance(now)) NoteLate(late);
  PublishAcknowledged();
  PumpStreams(now);
  NoteStates();
  options_.on_news();
  if (now >= looked_at_ + kLookBusy) Look(now);
  news_awaited_.store(flood_.IsNewsAwaited());
  return NextDeadline();
}

void Peers::PumpStreams(Nanos now) {
  // First what others farther on wait for.
  for (const bool all : {false, true}) {
    for (const auto& stream : calling_) {
      if (stream != nullptr && (all || flood_.HandsOver(stream->neighbor()))) stream->Pump(now);
    }
    for (const auto& stream : called_) {
      const std::optional<std::size_t> neighbor = stream->neighbor();
      if (all || (neighbor && flood_.HandsOver(*neighbor))) stream->Pump(now);
    }
  }
}

gpr_timespec Peers::NextDeadline() const {
  std::optional<Nanos> earliest = flood_.AdvanceDeadline();
  const Nanos look = looked_at_ + (flood_.readiness().ready() ? kLookIdle : kLookBusy);
  if (!earliest || look < *earliest) earliest = look;
  const auto take = [&](std::optional<Nanos> deadline) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  };
  for (const auto& stream : calling_) {
    if (stream != nullptr) take(stream->Deadline());
  }
  for (const auto& stream : called_) take(stream->Deadline());
  return earliest ? ToTimespec(*earliest) : gpr_inf_future(GPR_CLOCK_MONOTONIC);
}

void Peers::Look(Nanos now) {
  looked_at_ = now;
  flood_.Look(now);
  const VersionVector& vector = flood_.vector();
  const std::uint64_t made = vector[Store::kOwnOrigin];
  made_.Note(made, now);
  received_.Note(std::accumulate(vector.begin(), vector.end(), std::uint64_t{0}) - made, now);
  const bool ready = flood_.readiness().ready();
  if (std::exchange(told_ready_, ready) == ready) return;
  log::Info(absl::StrCat(ready ? "ready: " : "not ready: ", flood_.readiness().why()));
  options_.on_ready(ready);
}

void Peers::NoteLate(std::size_t neighbor) {
  states_[neighbor].in_sync = {.holds = false, .since = RealtimeNow()};
  ++states_[neighbor].times_late;
  log::Warning(absl::StrCat(options_.neighbors[neighbor].name,
                            " acknowledges too late and is out of sync; clients do not wait for it "
                            "until it has caught up"));
}

void Peers::NoteStates() {
  const auto note = [](bool holds, NeighborState::Lasting* state) {
    if (state->holds == holds) return false;
    *state = {.holds = holds, .since = RealtimeNow()};
    return true;
  };
  for (std::size_t i = 0; i < states_.size(); ++i) {
    note(flood_.outbound(i).up(), &states_[i].outbound_up);
    note(flood_.inbound(i).up(), &states_[i].inbound_up);
    const bool linked = flood_.outbound(i).up() && flood_.inbound(i).up();
    if (std::exchange(states_[i].linked, linked) != linked) {
      options_.on_link(options_.neighbors[i].name, linked);
      if (linked) CompareExpiry(i);
    }
    if (note(flood_.IsInSync(i), &states_[i].in_sync) && states_[i].in_sync.holds) {
      log::Info(absl::StrCat(options_.neighbors[i].name, " is in sync"));
    }
  }
}

void Peers::CompareExpiry(std::size_t neighbor) {
  const Nanos its = flood_.inbound(neighbor).expire_after();
  const Nanos own = options_.flood.expire_after;
  if (its == own) return;
  const auto in_words = [](Nanos after) {
    return after == 0 ? std::string("never")
                      : absl::StrCat("after ", after / kNanosPerSecond, " s");
  };
  log::Warning(absl::StrCat(options_.neighbors[neighbor].name, " forgets silent clients ",
                            in_words(its), ", and this server ", in_words(own),
                            ": --expire-after has to be the same, else the maps differ"));
}

void Peers::PublishAcknowledged() {
  const Sequence acknowledged = flood_.Acknowledged();
  const bool changed = acknowledged_.exchange(acknowledged) != acknowledged;
  if (changed || awaiting_) options_.on_acknowledged();
  awaiting_ = flood_.IsAwaiting();
}

bool Peers::IsAcknowledged(const Version& version) {
  if (version.origin == Store::kOwnOrigin) return version.sequence <= acknowledged_.load();
  absl::MutexLock lock(&mutex_);
  return flood_.IsAcknowledged(version);
}

void Peers::Await(const Version& version) {
  {
    absl::MutexLock lock(&mutex_);
    flood_.Await(version);
    awaiting_ = true;
  }
  WakeThread();
}

bool Peers::Leave(absl::Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    flood_.Leave();
  }
  WakeThread();
  absl::MutexLock lock(&mutex_);
  const absl::Condition has_left(this, &Peers::HasLeft);
  if (mutex_.AwaitWithDeadline(has_left, std::min(deadline, absl::Now() + kLeaveNotice))) {
    return true;
  }
  log::Info(absl::StrCat("still handing over: ", DescribeLags()));
  return mutex_.AwaitWithDeadline(has_left, deadline);
}

std::string Peers::DescribeLags() const {
  std::vector<std::string> lags;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const std::string& name = options_.neighbors[i].name;
    if (flood_.inbound(i).leaving()) continue;
    if (!flood_.outbound(i).up()) {
      lags.push_back(absl::StrCat(name, " is away"));
    } else if (flood_.Lag(i) > 0) {
      lags.push_back(absl::StrCat(name, " lacks ", flood_.Lag(i), " updates"));
    } else {
      lags.push_back(absl::StrCat(name, " has not said that it knows"));
    }
  }
  return absl::StrJoin(lags, ", ");
}

void Peers::Wake() {
  wakes_.fetch_add(1);
  if (news_awaited_.load()) Rouse();
}

void Peers::WakeThread() {
  must_pump_.store(true);
  Rouse();
}

void Peers::Rouse() {
  if (!sleeping_.load() || alarm_set_.exchange(true)) return;
  alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), woken_.tag());
}

void Peers::OnWoken(bool) { alarm_set_.store(false); }

void Peers::Accept() {
  CalledStream::Host* const host = this;
  called_.push_back(
      std::make_unique<CalledStream>(host, &flood_, &refusals_, &service_, queue_.get()));
}

void Peers::OnCalled(CalledStream*) {
  if (!stopping_) Accept();
  CloseOldestStranger();
}

// A neighbour says who it is as soon as it calls: so who has not for longest gives way.
void Peers::CloseOldestStranger() {
  const auto is_strangers = [](const auto& stream) { return stream->is_strangers(); };
  if (std::count_if(called_.begin(), called_.end(), is_strangers) <= kMaxStrangers) return;
  (*std::find_if(called_.begin(), called_.end(), is_strangers))
      ->Close(absl::ResourceExhaustedError("it has not said who it is, and others have called"));
}

absl::Status Peers::OnIdentified(CalledStream*, std::size_t neighbor) {
  if (states_[neighbor].disconnected) return absl::UnavailableError(kDisconnected);
  ++states_[neighbor].calls;
  // The new one is not the neighbor's yet.
  CloseCalls(neighbor, absl::AbortedError("a newer link with the same server takes its place"));
  return absl::OkStatus();
}

void Peers::CloseCalls(std::size_t neighbor, const absl::Status& status) {
  for (const auto& stream : called_) {
    if (stream->neighbor() != neighbor) continue;
    stream->Close(status);
    return;
  }
}

void Peers::OnSent(std::size_t neighbor, const v1::Packet& packet) {
  states_[neighbor].traffic.CountSent(packet);
}

void Peers::OnReceived(std::size_t neighbor, const v1::Packet& packet) {
  states_[neighbor].traffic.CountReceived(packet);
}

absl::StatusOr<std::size_t> Peers::Find(const std::string& neighbor) const {
  for (std::size_t i = 0; i < options_.neighbors.size(); ++i) {
    if (options_.neighbors[i].name == neighbor) return i;
  }
  return absl::NotFoundError(absl::StrCat(
      options_.own.server, " has no neighbor \"", neighbor, "\", only ",
      options_.neighbors.empty() ? "none" : absl::StrJoin(Names(options_.neighbors), ", ")));
}

absl::Status Peers::Disconnect(const std::string& name) {
  const absl::StatusOr<std::size_t> neighbor = Find(name);
  if (!neighbor.ok()) return neighbor.status();
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return absl::UnavailableError("this server is stopping");
    if (std::exchange(states_[*neighbor].disconnected, true)) return absl::OkStatus();
    log::Warning(absl::StrCat("the link with ", name, " is ", kDisconnected));
    if (calling_[*neighbor] != nullptr) calling_[*neighbor]->Stop();
    if (knockers_[*neighbor] != nullptr) knockers_[*neighbor]->Stop();
    CloseCalls(*neighbor, absl::UnavailableError(kDisconnected));
    WakeThread();  // while Stop cannot have shut the queue down
  }
  return absl::OkStatus();
}

absl::Status Peers::Reconnect(const std::string& name) {
  const absl::StatusOr<std::size_t> neighbor = Find(name);
  if (!neighbor.ok()) return neighbor.status();
  absl::MutexLock lock(&mutex_);
  if (stopping_) return absl::UnavailableError("this server is stopping");
  if (!std::exchange(states_[*neighbor].disconnected, false)) return absl::OkStatus();
  log::Info(absl::StrCat("the link with ", name, " may be opened again"));
  if (calling_[*neighbor] != nullptr) calling_[*neighbor]->Resume();
  if (knockers_[*neighbor] != nullptr) knockers_[*neighbor]->Start();
  return absl::OkStatus();
}

void Peers::OnLost(std::size_t neighbor, const std::string& reason) {
  states_[neighbor].last_error = reason;
  if (!stopping_ && !states_[neighbor].disconnected) knockers_[neighbor]->Start();
}

absl::Status Peers::OnKnock(const grpc::ServerContext& call, const v1::Hello& hello) {
  const absl::StatusOr<std::size_t> neighbor = flood_.Identify(hello);
  if (!neighbor.ok()) return neighbor.status();
  if (absl::Status status = CheckCaller(call, hello.server()); !status.ok()) return status;
  if (!flood_.IsForUsToCall(*neighbor)) {
    return absl::PermissionDeniedError(
        absl::StrCat("it is ", hello.server(), " that calls ", hello.receiver()));
  }
  if (states_[*neighbor].disconnected) return absl::UnavailableError(kDisconnected);
  ++states_[*neighbor].knocks;
  calling_[*neighbor]->CallAt(TargetAtCaller(call, options_.neighbors[*neighbor].target),
                              hello.start_ns());
  return absl::OkStatus();
}

void Peers::OnGone(CalledStream* stream) {
  std::erase_if(called_, [&](const auto& other) { return other.get() == stream; });
}

bool Peers::AllGone() const {
  const auto is_idle = [](const auto& one) { return one == nullptr || one->idle(); };
  return called_.empty() && knock_listener_->idle() &&
         std::all_of(calling_.begin(), calling_.end(), is_idle) &&
         std::all_of(knockers_.begin(), knockers_.end(), is_idle);
}

void Peers::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
    for (const auto& stream : calling_) {
      if (stream != nullptr) stream->Stop();
    }
    for (const auto& knocker : knockers_) {
      if (knocker != nullptr) knocker->Stop();
    }
    for (const auto& stream : called_) {
      if (stream->neighbor()) stream->Close(absl::UnavailableError("this server is stopping"));
    }
  }
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
  {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Peers::AllGone));
  }
  queue_->Shutdown();
  thread_.join();
}

void Peers::DescribeServer(v1::GetStatusResponse* status) {
  absl::MutexLock lock(&mutex_);
  Look(MonotonicNow());
  status->set_divergences(flood_.divergences());
  status->set_made_per_second(made_.PerSecond());
  status->set_received_per_second(received_.PerSecond());
  status->set_ready(flood_.readiness().ready());
  status->set_readiness(flood_.readiness().why());
  std::uint64_t lacking = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) lacking = std::max(lacking, flood_.Lacking(i));
  status->set_lacking_updates(lacking);
}

std::vector<v1::Neighbor> Peers::Describe(Detail detail) {
  absl::MutexLock lock(&mutex_);
  Look(MonotonicNow());
  std::vector<v1::Neighbor> descriptions(states_.size());
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const InboundLink& inbound = flood_.inbound(i);
    const OutboundLink& outbound = flood_.outbound(i);
    v1::Neighbor& neighbor = descriptions[i];
    neighbor.set_server(options_.neighbors[i].name);
    neighbor.set_outbound_up(outbound.up());
    neighbor.set_inbound_up(inbound.up());
    neighbor.set_in_sync(flood_.IsInSync(i));
    neighbor.set_outbound_since_at_ns(static_cast<std::uint64_t>(states_[i].outbound_up.since));
    neighbor.set_inbound_since_at_ns(static_cast<std::uint64_t>(states_[i].inbound_up.since));
    neighbor.set_in_sync_since_at_ns(static_cast<std::uint64_t>(states_[i].in_sync.since));
    neighbor.set_times_late(states_[i].times_late);
    neighbor.set_leaving(inbound.up() && inbound.leaving());
    neighbor.set_disconnected(states_[i].disconnected);
    const CallingStream* const calling = calling_[i].get();
    neighbor.set_calls(calling != nullptr);
    neighbor.set_connects(calling != nullptr ? calling->connects() : states_[i].calls);
    neighbor.set_knocks(calling != nullptr ? states_[i].knocks : knockers_[i]->knocks());
    // It may be in the words of whoever answered.
    neighbor.set_last_error(
        ToUtf8(calling != nullptr ? calling->last_error() : states_[i].last_error));
    if (states_[i].disconnected) neighbor.set_last_error(kDisconnected);
    DescribeTraffic(i, &neighbor);
    if (detail == Detail::kWithOrigins) DescribeOrigins(i, &neighbor);
  }
  return descriptions;
}

void Peers::DescribeTraffic(std::size_t i, v1::Neighbor* neighbor) {
  const Nanos now = MonotonicNow();
  neighbor->set_lag_updates(flood_.Lag(i));
  neighbor->set_lag_ns(static_cast<std::uint64_t>(flood_.LagTime(i, now)));
  neighbor->set_lacking_updates(flood_.Lacking(i));
  neighbor->set_lacking_ns(static_cast<std::uint64_t>(flood_.LackingTime(i, now)));
  neighbor->set_round_trip_ns(static_cast<std::uint64_t>(flood_.RoundTrip(i)));
  FillIn(flood_.RoundTrips(i), neighbor->mutable_round_trips());
  const InboundLink::Counters& received = flood_.inbound(i).counters();
  neighbor->set_received_ranges(received.ranges);
  neighbor->set_received_updates(received.updates);
  neighbor->set_duplicate_updates(received.duplicates);
  neighbor->set_grafts(received.grafts);
  neighbor->set_prunes(received.prunes);
  neighbor->set_repairs(flood_.repairs(i));
  const LinkTraffic& traffic = states_[i].traffic;
  neighbor->set_sent_messages(traffic.sent_messages);
  neighbor->set_sent_updates(traffic.sent_updates);
  neighbor->set_sent_bytes(traffic.sent_bytes);
  neighbor->set_received_messages(traffic.received_messages);
  neighbor->set_received_bytes(traffic.received_bytes);
  neighbor->set_refused_messages(traffic.refused_messages);
}

void Peers::DescribeOrigins(std::size_t i, v1::Neighbor* neighbor) {
  for (std::size_t index = 0; index < store_->origins(); ++index) {
    const auto origin = static_cast<OriginIndex>(index);
    v1::LinkOrigin* const description = neighbor->add_origins();
    ToWire(store_->Origin(origin), description->mutable_origin());
    description->set_acknowledged(flood_.outbound(i).Acknowledged(origin));
    description->set_eager_outbound(flood_.outbound(i).up() && flood_.outbound(i).IsEager(origin));
    description->set_eager_inbound(flood_.ParentOf(origin) == static_cast<int>(i));
  }
}

}  // namespace herd::peer
