#include "server/peer/knocker.h"

#include <algorithm>
#include <chrono>

#include "server/peer/neighbor_channel.h"

namespace herd::peer {
namespace {

// In the first one a neighbour calls that knows where to.
constexpr double kFirstPauseMs = 100;
constexpr double kLongestPauseMs = 500;

}  // namespace

Knocker::Knocker(const Flood* flood, std::size_t neighbor, const std::string& target,
                 const tls::IdentityKeeper* identity, const v1::Hello& hello,
                 grpc::CompletionQueue* queue)
    : flood_(flood),
      neighbor_(neighbor),
      target_(target),
      identity_(identity),
      hello_(hello),
      queue_(queue) {}

void Knocker::Start() {
  stopping_ = false;
  unheard_ = 0;
  if (outstanding_ == 0) Pause();
}

void Knocker::Stop() {
  stopping_ = true;
  pause_.Cancel();
  if (knock_ != nullptr) knock_->context.TryCancel();
}

void Knocker::Pause() {
  const double pause_ms = std::min(kLongestPauseMs, kFirstPauseMs * (1 << std::min(unheard_, 5)));
  const auto jittered =
      std::chrono::duration<double, std::milli>(pause_ms * absl::Uniform(random_, 0.5, 1.0));
  pause_.Set(queue_,
             std::chrono::system_clock::now() +
                 std::chrono::duration_cast<std::chrono::system_clock::duration>(jittered),
             paused_.tag());
  ++outstanding_;
}

void Knocker::OnPaused(bool) {
  --outstanding_;
  if (stopping_ || flood_->inbound(neighbor_).up()) return;
  ++knocks_;
  ++unheard_;
  knock_ = std::make_unique<Knock>();
  knock_->stub = v1::Propagate::NewStub(
      NeighborChannel(target_, flood_->outbound(neighbor_).neighbor(), identity_));
  knock_->call = knock_->stub->AsyncKnock(&knock_->context, hello_, queue_);
  knock_->call->Finish(&knock_->response, &knock_->status, answered_.tag());
  ++outstanding_;
}

// However it went: the neighbour, if it is there, says in its own log why it does not call.
void Knocker::OnAnswered(bool) {
  --outstanding_;
  knock_.reset();
  if (!stopping_) Pause();
}

}  // namespace herd::peer
