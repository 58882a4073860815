// Tells a neighbour that is to call this server where it is, as long as there is no link.
//
// Else the neighbour finds a server that has come back under another address only when DNS, and
// every cache between them, has forgotten the old one.
//
// Owned and called by the thread of the completion queue. Knocks after a growing, jittered pause,
// each time on a channel of its own, and no more once the link is up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/random/random.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "server/peer/completion.h"
#include "server/peer/flood.h"
#include "server/tls/identity_keeper.h"

namespace herd::peer {

class Knocker {
 public:
  // `target` is the neighbour's "host:port". Null `identity`: no TLS. All outlive this object.
  Knocker(const Flood* flood, std::size_t neighbor, const std::string& target,
          const tls::IdentityKeeper* identity, const v1::Hello& hello,
          grpc::CompletionQueue* queue);
  Knocker(const Knocker&) = delete;
  Knocker& operator=(const Knocker&) = delete;

  // There is no link. Also while it knocks already.
  void Start();
  // Knocks no more, until Start.
  void Stop();
  // No operation is outstanding: this object may be destroyed after Stop.
  bool idle() const { return outstanding_ == 0; }

  std::uint64_t knocks() const { return knocks_; }

 private:
  struct Knock {
    std::unique_ptr<v1::Propagate::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<v1::KnockResponse>> call;
    v1::KnockResponse response;
    grpc::Status status;
  };

  void Pause();
  void OnPaused(bool ok);
  void OnAnswered(bool ok);

  const Flood* const flood_;
  const std::size_t neighbor_;
  const std::string target_;
  const tls::IdentityKeeper* const identity_;
  const v1::Hello hello_;
  grpc::CompletionQueue* const queue_;

  std::unique_ptr<Knock> knock_;
  grpc::Alarm pause_;
  std::uint64_t knocks_ = 0;
  int unheard_ = 0;  // of those, since Start
  absl::BitGen random_;
  bool stopping_ = false;
  int outstanding_ = 0;

  CompletionOf<Knocker> paused_{this, &Knocker::OnPaused};
  CompletionOf<Knocker> answered_{this, &Knocker::OnAnswered};
};

}  // namespace herd::peer
