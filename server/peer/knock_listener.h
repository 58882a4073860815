// Takes the knocks of neighbours that this server is to call, one at a time.
//
// Owned and called by the thread of the completion queue.
#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "server/peer/completion.h"

namespace herd::peer {

class KnockListener {
 public:
  // Called on the queue's thread.
  class Host {
   public:
    // Errors: the knock is refused with that status.
    virtual absl::Status OnKnock(const grpc::ServerContext& call, const v1::Hello& hello) = 0;

   protected:
    ~Host() = default;
  };

  // All outlive this object.
  KnockListener(Host* host, v1::Propagate::AsyncService* service,
                grpc::ServerCompletionQueue* queue);
  KnockListener(const KnockListener&) = delete;
  KnockListener& operator=(const KnockListener&) = delete;

  // No operation is outstanding, and none will be: the server has been shut down.
  bool idle() const { return outstanding_ == 0; }

 private:
  struct Knock {
    grpc::ServerContext call;
    v1::Hello hello;
    grpc::ServerAsyncResponseWriter<v1::KnockResponse> answer{&call};
  };

  void Wait();
  void OnKnocked(bool ok);
  void OnAnswered(bool ok);

  Host* const host_;
  v1::Propagate::AsyncService* const service_;
  grpc::ServerCompletionQueue* const queue_;
  std::optional<Knock> knock_;
  int outstanding_ = 0;

  CompletionOf<KnockListener> knocked_{this, &KnockListener::OnKnocked};
  CompletionOf<KnockListener> answered_{this, &KnockListener::OnAnswered};
};

}  // namespace herd::peer
