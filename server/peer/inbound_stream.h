// The gRPC stream of a link from a neighbour.
//
// Created to wait for a call, and called by the thread of the completion queue. Whose stream it is
// shows in its first message. Ends by itself; its host then destroys it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "server/peer/completion.h"
#include "server/peer/flood.h"

namespace herd::peer {

class InboundStream {
 public:
  // What a stream tells its host. Called on the queue's thread.
  class Host {
   public:
    // A call has come in, and the next one may be waited for.
    virtual void OnCalled(InboundStream* stream) = 0;
    // The caller is that neighbour; an older stream of its has to go.
    virtual void OnIdentified(InboundStream* stream, std::size_t neighbor) = 0;
    // No operation is outstanding any more: the stream is to be destroyed.
    virtual void OnGone(InboundStream* stream) = 0;

   protected:
    ~Host() = default;
  };

  // All outlive the stream.
  InboundStream(Host* host, Flood* flood, v1::Propagate::AsyncService* service,
                grpc::ServerCompletionQueue* queue);
  InboundStream(const InboundStream&) = delete;
  InboundStream& operator=(const InboundStream&) = delete;

  // Writes the next ack if there is one and none is being written.
  void Pump(Nanos now);
  // When Pump is to be called again, though nothing happens.
  std::optional<Nanos> Deadline() const;

  // Takes no further message, and ends the call with that status.
  void Close(const absl::Status& status);

  // Known after OnIdentified, and until the stream is closed.
  std::optional<std::size_t> neighbor() const { return neighbor_; }

 private:
  void OnRequested(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnGraceOver(bool ok);

  void Read();
  absl::Status OnPush();
  absl::Status OnHello();
  void NoteDown() const;
  void Detach();
  void FinishIfQuiet();
  void LeaveIfQuiet();

  Host* const host_;
  Flood* const flood_;
  grpc::ServerCompletionQueue* const queue_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<v1::Ack, v1::Push> stream_{&context_};
  v1::Push push_;
  v1::Ack ack_;
  std::optional<std::size_t> neighbor_;
  std::string caller_;  // for the log: a neighbour's name, or an address
  std::optional<grpc::Status> closing_;
  bool finishing_ = false;
  bool writing_ = false;
  int outstanding_ = 0;
  grpc::Alarm grace_;  // of a Write that is under way when the stream is closed

  CompletionOf<InboundStream> requested_{this, &InboundStream::OnRequested};
  CompletionOf<InboundStream> read_{this, &InboundStream::OnRead};
  CompletionOf<InboundStream> written_{this, &InboundStream::OnWritten};
  CompletionOf<InboundStream> finished_{this, &InboundStream::OnFinished};
  CompletionOf<InboundStream> grace_over_{this, &InboundStream::OnGraceOver};
};

}  // namespace herd::peer
