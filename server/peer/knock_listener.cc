#include "server/peer/knock_listener.h"

#include "server/peer/caller.h"

namespace herd::peer {

KnockListener::KnockListener(Host* host, v1::Propagate::AsyncService* service,
                             grpc::ServerCompletionQueue* queue)
    : host_(host), service_(service), queue_(queue) {
  Wait();
}

void KnockListener::Wait() {
  knock_.emplace();
  service_->RequestKnock(&knock_->call, &knock_->hello, &knock_->answer, queue_, queue_,
                         knocked_.tag());
  ++outstanding_;
}

void KnockListener::OnKnocked(bool ok) {
  --outstanding_;
  if (!ok) return;  // the server is shut down
  const absl::Status status = host_->OnKnock(knock_->call, knock_->hello);
  knock_->answer.Finish(v1::KnockResponse(), ToGrpc(status), answered_.tag());
  ++outstanding_;
}

void KnockListener::OnAnswered(bool) {
  --outstanding_;
  Wait();
}

}  // namespace herd::peer
