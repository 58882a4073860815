// Takes the knocks of neighbours that this server is to call.
//
// Owned and called by the thread of the completion queue. There are two doors, whatever number
// knocks: whoever does not take its answer is sent away by the next one that knocks, so that nobody
// can keep the others out, and what waits for an answer to be taken is bounded.
#pragma once

#include <array>
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
  bool idle() const { return doors_[0].idle() && doors_[1].idle(); }

 private:
  // Waits for a knock, answers it, and waits for another one.
  class Door {
   public:
    explicit Door(KnockListener* listener);
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    bool idle() const { return outstanding_ == 0; }
    // Whoever has knocked here has had time to take its answer.
    void SendAway();

   private:
    struct Knock {
      grpc::ServerContext call;
      v1::Hello hello;
      grpc::ServerAsyncResponseWriter<v1::KnockResponse> answer{&call};
      bool answering = false;
    };

    void Wait();
    void OnKnocked(bool ok);
    void OnAnswered(bool ok);

    KnockListener* const listener_;
    std::optional<Knock> knock_;
    int outstanding_ = 0;

    CompletionOf<Door> knocked_{this, &Door::OnKnocked};
    CompletionOf<Door> answered_{this, &Door::OnAnswered};
  };

  absl::Status OnKnock(const Door* door, const grpc::ServerContext& call, const v1::Hello& hello);

  Host* const host_;
  v1::Propagate::AsyncService* const service_;
  grpc::ServerCompletionQueue* const queue_;
  std::array<Door, 2> doors_;
};

}  // namespace herd::peer
