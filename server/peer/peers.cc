#include "server/peer/peers.h"

#include <pthread.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "server/log/log.h"
#include "server/peer/channel_arguments.h"
#include "server/peer/monotonic.h"

namespace herd::peer {
namespace {

// Under a steady stream of events, writes go out after this many at the latest.
constexpr int kEventsPerPump = 32;

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
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
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
    for (std::size_t i = 0; i < options.neighbors.size(); ++i) peers->Connect(i);
  }
  peers->thread_ = std::thread([loop = peers.get()] { loop->Run(); });
  return peers;
}

void Peers::Connect(std::size_t neighbor) {
  const auto& [name, target] = options_.neighbors[neighbor];
  if (!flood_.IsForUsToCall(neighbor)) {
    log::Info(absl::StrCat("waiting for ", name, " to connect"));
    return;
  }
  log::Info(absl::StrCat("connecting to ", name, " at ", target));
  calling_[neighbor] = std::make_unique<CallingStream>(&flood_, neighbor, target, queue_.get());
  calling_[neighbor]->Open();
}

Peers::Peers(Store* store, const Options& options)
    : store_(store),
      options_(options),
      flood_(store, options.own, Names(options.neighbors), options.flood),
      states_(options.neighbors.size()),
      calling_(options.neighbors.size()) {}

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
  NoteInSync();
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
  const auto take = [&](std::optional<Nanos> deadline) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  };
  for (const auto& stream : calling_) {
    if (stream != nullptr) take(stream->Deadline());
  }
  for (const auto& stream : called_) take(stream->Deadline());
  return earliest ? ToTimespec(*earliest) : gpr_inf_future(GPR_CLOCK_MONOTONIC);
}

void Peers::NoteLate(std::size_t neighbor) {
  states_[neighbor].in_sync = false;
  ++states_[neighbor].times_late;
  log::Warning(absl::StrCat(options_.neighbors[neighbor].name,
                            " acknowledges too late and is out of sync; clients do not wait for it "
                            "until it has caught up"));
}

void Peers::NoteInSync() {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const bool in_sync = flood_.IsInSync(i);
    if (in_sync && !states_[i].in_sync) {
      log::Info(absl::StrCat(options_.neighbors[i].name, " is in sync"));
    }
    states_[i].in_sync = in_sync;
  }
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
  called_.push_back(std::make_unique<CalledStream>(host, &flood_, &service_, queue_.get()));
}

void Peers::OnCalled(CalledStream*) {
  if (!stopping_) Accept();
}

void Peers::OnIdentified(CalledStream* stream, std::size_t neighbor) {
  ++states_[neighbor].calls;
  for (const auto& other : called_) {
    if (other.get() == stream || other->neighbor() != neighbor) continue;
    other->Close(absl::AbortedError("a newer link with the same server takes its place"));
    return;
  }
}

void Peers::OnLost(std::size_t neighbor, const std::string& reason) {
  states_[neighbor].last_error = reason;
}

void Peers::OnGone(CalledStream* stream) {
  std::erase_if(called_, [&](const auto& other) { return other.get() == stream; });
}

bool Peers::AllGone() const {
  return called_.empty() && std::all_of(calling_.begin(), calling_.end(), [](const auto& stream) {
           return stream == nullptr || stream->idle();
         });
}

void Peers::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
    for (const auto& stream : calling_) {
      if (stream != nullptr) stream->Stop();
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

std::uint64_t Peers::divergences() {
  absl::MutexLock lock(&mutex_);
  return flood_.divergences();
}

std::vector<v1::Neighbor> Peers::Describe() {
  absl::MutexLock lock(&mutex_);
  std::vector<v1::Neighbor> descriptions;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const InboundLink& inbound = flood_.inbound(i);
    const OutboundLink& outbound = flood_.outbound(i);
    v1::Neighbor& neighbor = descriptions.emplace_back();
    neighbor.set_server(options_.neighbors[i].name);
    neighbor.set_outbound_up(outbound.up());
    neighbor.set_inbound_up(inbound.up());
    neighbor.set_lag_updates(flood_.Lag(i));
    neighbor.set_received_ranges(inbound.counters().ranges);
    neighbor.set_received_updates(inbound.counters().updates);
    neighbor.set_duplicate_updates(inbound.counters().duplicates);
    neighbor.set_in_sync(flood_.IsInSync(i));
    neighbor.set_times_late(states_[i].times_late);
    neighbor.set_grafts(inbound.counters().grafts);
    neighbor.set_prunes(inbound.counters().prunes);
    neighbor.set_repairs(flood_.repairs(i));
    const CallingStream* const calling = calling_[i].get();
    neighbor.set_connects(calling != nullptr ? calling->connects() : states_[i].calls);
    neighbor.set_last_error(calling != nullptr ? calling->last_error() : states_[i].last_error);
  }
  return descriptions;
}

}  // namespace herd::peer
