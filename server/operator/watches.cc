#include "server/operator/watches.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace herd {
namespace {

// Between two looks at the store changes gather.
constexpr absl::Duration kGather = absl::Milliseconds(10);
// Of the thread, so that clients come first.
constexpr int kNiceness = 5;

}  // namespace

// Written to and ended by the watches' thread only; gRPC destroys it by OnDone after that.
class Watches::Stream final : public grpc::ServerWriteReactor<v1::WatchClientsResponse> {
 public:
  // `watch` is null when the stream is to be ended with that status.
  Stream(Watches* watches, std::unique_ptr<ClientWatch> watch, grpc::Status status)
      : watches_(watches), watch_(std::move(watch)), ending_(std::move(status)) {
    if (watch_ == nullptr) Finish(ending_);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&watches_->mutex_);
    writing_ = false;
    if (!ok) cancelled_ = true;
    watches_->hurry_ = watches_->hurry_ || more_;
    watches_->event_ = true;
  }
  void OnCancel() override {
    absl::MutexLock lock(&watches_->mutex_);
    cancelled_ = true;
    watches_->event_ = true;
  }
  void OnDone() override {
    if (watch_ == nullptr) return delete this;  // it was never among the watches
    std::unique_ptr<Stream> self;
    absl::MutexLock lock(&watches_->mutex_);
    const auto at = std::find_if(watches_->streams_.begin(), watches_->streams_.end(),
                                 [this](const auto& other) { return other.get() == this; });
    self = std::move(*at);
    watches_->inside_ -= inside_;
    watches_->streams_.erase(at);
    watches_->event_ = true;
  }

 private:
  friend class Watches;

  Watches* const watches_;
  const std::unique_ptr<ClientWatch> watch_;  // the thread's
  v1::WatchClientsResponse message_;          // the thread's, while nothing is being written
  const grpc::Status ending_;
  // Guarded by the watches' mutex.
  bool writing_ = false;
  bool more_ = false;  // to tell at once when it has been written
  bool cancelled_ = false;
  bool finished_ = false;
  std::size_t inside_ = 0;  // its part of the watches'
};

Watches::Watches(const Store* store) : store_(store), thread_([this] { Run(); }) {}

Watches::~Watches() {
  Stop();
  thread_.join();
}

grpc::ServerWriteReactor<v1::WatchClientsResponse>* Watches::Open(
    const v1::WatchClientsRequest& request) {
  absl::StatusOr<std::unique_ptr<ClientWatch>> watch = ClientWatch::Open(store_, request);
  if (!watch.ok()) {
    return new Stream(this, nullptr,
                      {grpc::StatusCode::INVALID_ARGUMENT, std::string(watch.status().message())});
  }
  absl::MutexLock lock(&mutex_);
  if (stopping_) {
    return new Stream(this, nullptr, {grpc::StatusCode::UNAVAILABLE, "this server is stopping"});
  }
  if (streams_.size() >= kMaxWatchers) {
    return new Stream(this, nullptr,
                      {grpc::StatusCode::RESOURCE_EXHAUSTED,
                       absl::StrCat("there are ", kMaxWatchers, " watchers already")});
  }
  streams_.push_back(std::make_unique<Stream>(this, *std::move(watch), grpc::Status::OK));
  event_ = true;
  return streams_.back().get();
}

void Watches::Stop() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  event_ = true;
}

std::size_t Watches::size() const {
  absl::MutexLock lock(&mutex_);
  return streams_.size();
}

void Watches::Rouse() {
  awaiting_news_.store(false);
  absl::MutexLock lock(&mutex_);
  event_ = true;
}

void Watches::Run() {
  pthread_setname_np(pthread_self(), "herd-watches");
  // On Linux this is the thread's own.
  setpriority(PRIO_PROCESS, 0, kNiceness);
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (IsOver()) return;
      event_ = hurry_ = false;
    }
    if (!Tell(TakeIdle())) Sleep();
  }
}

// Those that can be written to; the ones that are to end are ended.
std::vector<Watches::Stream*> Watches::TakeIdle() {
  std::vector<Stream*> idle;
  std::vector<Stream*> over;
  bool stopping;
  {
    absl::MutexLock lock(&mutex_);
    stopping = stopping_;
    for (const auto& stream : streams_) {
      if (stream->writing_ || stream->finished_) continue;
      stream->finished_ = stopping || stream->cancelled_;
      (stream->finished_ ? over : idle).push_back(stream.get());
    }
  }
  for (Stream* const stream : over) {
    stream->Finish(stopping ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "this server is stopping")
                            : grpc::Status::CANCELLED);
  }
  return idle;
}

bool Watches::Tell(const std::vector<Stream*>& idle) {
  if (idle.empty()) return false;
  store_->ReadVector(&vector_);
  forgotten_ = store_->forgotten();
  bool more = false;
  for (Stream* const stream : idle) more |= TellOne(stream);
  return more;
}

// Whether there is more to look at for it, and none being written.
bool Watches::TellOne(Stream* stream) {
  const bool tells = stream->watch_->Next(vector_, &stream->message_);
  const bool has_more = stream->watch_->HasMore(vector_);
  bool fits;
  {
    absl::MutexLock lock(&mutex_);
    inside_ += stream->watch_->inside_load() -
               std::exchange(stream->inside_, stream->watch_->inside_load());
    fits = inside_ <= kMaxInside;
    stream->writing_ = fits && tells;
    stream->more_ = has_more;
    stream->finished_ = !fits;
  }
  if (!fits) {
    stream->Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
                    absl::StrCat("the areas of all watchers hold more than ", kMaxInside,
                                 " clients; a smaller area may do")});
  } else if (tells) {
    stream->StartWrite(&stream->message_);
  }
  return fits && !tells && has_more;
}

void Watches::Sleep() {
  bool watched;
  {
    absl::MutexLock lock(&mutex_);
    watched = std::any_of(streams_.begin(), streams_.end(), [](const auto& stream) {
      return !stream->writing_ && !stream->finished_;
    });
  }
  awaiting_news_.store(watched);
  VersionVector now;
  if (watched) store_->ReadVector(&now);
  const bool news = watched && (now != vector_ || store_->forgotten() != forgotten_);
  absl::MutexLock lock(&mutex_);
  if (!news) mutex_.Await(absl::Condition(this, &Watches::HasEvent));
  awaiting_news_.store(false);
  mutex_.AwaitWithTimeout(absl::Condition(this, &Watches::IsInHurry), kGather);
}

}  // namespace herd
