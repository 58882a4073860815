#include "server/peer/knock_listener.h"

#include "server/peer/caller.h"

namespace herd::peer {

KnockListener::KnockListener(Host* host, v1::Propagate::AsyncService* service,
                             grpc::ServerCompletionQueue* queue)
    : host_(host), service_(service), queue_(queue), doors_{Door(this), Door(this)} {}

absl::Status KnockListener::OnKnock(const Door* door, const grpc::ServerContext& call,
                                    const v1::Hello& hello) {
  for (Door& other : doors_) {
    if (&other != door) other.SendAway();
  }
  return host_->OnKnock(call, hello);
}

KnockListener::Door::Door(KnockListener* listener) : listener_(listener) { Wait(); }

void KnockListener::Door::Wait() {
  knock_.emplace();
  listener_->service_->RequestKnock(&knock_->call, &knock_->hello, &knock_->answer,
                                    listener_->queue_, listener_->queue_, knocked_.tag());
  ++outstanding_;
}

void KnockListener::Door::OnKnocked(bool ok) {
  --outstanding_;
  if (!ok) return;  // the server is shut down
  const absl::Status status = listener_->OnKnock(this, knock_->call, knock_->hello);
  knock_->answering = true;
  knock_->answer.Finish(v1::KnockResponse(), ToGrpc(status), answered_.tag());
  ++outstanding_;
}

void KnockListener::Door::SendAway() {
  if (knock_->answering) knock_->call.TryCancel();
}

void KnockListener::Door::OnAnswered(bool) {
  --outstanding_;
  Wait();
}

}  // namespace herd::peer
