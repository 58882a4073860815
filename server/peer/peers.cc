#include "server/peer/peers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/peer/channel_arguments.h"

namespace herd::peer {
namespace {

// Under a steady stream of events, writes go out after this many at the latest.
constexpr int kEventsPerPump = 32;

Nanos MonotonicNow() {
  const gpr_timespec now = gpr_now(GPR_CLOCK_MONOTONIC);
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

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

absl::StatusOr<std::unique_ptr<Peers>> Peers::Start(Store* store, const OriginId& own,
                                                    const std::string& listen,
                                                    const std::vector<Neighbor>& neighbors) {
  auto peers = absl::WrapUnique(new Peers(store, own, neighbors));
  grpc::ServerBuilder builder;
  SetServerArguments(builder);
  int port = 0;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&peers->service_);
  peers->queue_ = builder.AddCompletionQueue();
  peers->server_ = builder.BuildAndStart();
  if (peers->server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", listen, " for neighbors"));
  }
  {
    absl::MutexLock lock(&peers->mutex_);
    peers->Accept();
    for (std::size_t i = 0; i < neighbors.size(); ++i) {
      peers->outbound_.push_back(std::make_unique<OutboundStream>(
          &peers->flood_.outbound(i), neighbors[i].target, peers->queue_.get()));
      log::Info(absl::StrCat("connecting to ", neighbors[i].name, " at ", neighbors[i].target));
      peers->outbound_.back()->Open();
    }
  }
  peers->thread_ = std::thread([loop = peers.get()] { loop->Run(); });
  return peers;
}

Peers::Peers(Store* store, const OriginId& own, const std::vector<Neighbor>& neighbors)
    : store_(store), flood_(store, own, Names(neighbors)), neighbors_(neighbors) {}

Peers::~Peers() {
  if (thread_.joinable()) {
    Stop();
  } else if (queue_ != nullptr) {
    queue_->Shutdown();
    void* tag;
    bool ok;
    while (queue_->Next(&tag, &ok)) {
    }
  }
}

void Peers::Run() {
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
    const bool work_left = wakes_.load() != wakes;
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
  store_->ReadVector(&vector_);
  const Nanos now = MonotonicNow();
  for (const auto& stream : outbound_) stream->Pump(vector_);
  for (const auto& stream : inbound_) stream->Pump(vector_, now);
  std::optional<Nanos> deadline;
  for (std::size_t i = 0; i < flood_.neighbors(); ++i) {
    const std::optional<Nanos> other = flood_.inbound(i).Deadline(vector_);
    if (other && (!deadline || *other < *deadline)) deadline = other;
  }
  return deadline ? ToTimespec(*deadline) : gpr_inf_future(GPR_CLOCK_MONOTONIC);
}

void Peers::Wake() {
  wakes_.fetch_add(1);
  if (!sleeping_.load() || alarm_set_.exchange(true)) return;
  alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), woken_.tag());
}

void Peers::OnWoken(bool) { alarm_set_.store(false); }

void Peers::Accept() {
  InboundStream::Host* const host = this;
  inbound_.push_back(std::make_unique<InboundStream>(host, &flood_, &service_, queue_.get()));
}

void Peers::OnCalled(InboundStream*) {
  if (!stopping_) Accept();
}

void Peers::OnIdentified(InboundStream* stream) {
  for (const auto& other : inbound_) {
    if (other.get() == stream || other->neighbor() != stream->neighbor()) continue;
    other->Close(absl::AbortedError("a newer link from the same server takes its place"));
    return;
  }
}

void Peers::OnGone(InboundStream* stream) {
  std::erase_if(inbound_, [&](const auto& other) { return other.get() == stream; });
}

bool Peers::AllGone() const {
  return inbound_.empty() && std::all_of(outbound_.begin(), outbound_.end(),
                                         [](const auto& stream) { return stream->idle(); });
}

void Peers::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
    for (const auto& stream : outbound_) stream->Stop();
    for (const auto& stream : inbound_) {
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

std::vector<v1::Neighbor> Peers::Describe() {
  absl::MutexLock lock(&mutex_);
  VersionVector vector;
  store_->ReadVector(&vector);
  std::vector<v1::Neighbor> descriptions;
  for (std::size_t i = 0; i < neighbors_.size(); ++i) {
    const InboundLink& inbound = flood_.inbound(i);
    const OutboundLink& outbound = flood_.outbound(i);
    v1::Neighbor& neighbor = descriptions.emplace_back();
    neighbor.set_server(neighbors_[i].name);
    neighbor.set_outbound_up(outbound.up());
    neighbor.set_inbound_up(inbound.up());
    neighbor.set_lag_updates(outbound.Lag(vector));
    neighbor.set_received_ranges(inbound.counters().ranges);
    neighbor.set_received_updates(inbound.counters().updates);
    neighbor.set_duplicate_updates(inbound.counters().duplicates);
    neighbor.set_connects(outbound_[i]->connects());
    neighbor.set_last_error(outbound_[i]->last_error());
  }
  return descriptions;
}

}  // namespace herd::peer
