// The gRPC stream of a link with a neighbour that calls this server.
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
#include "server/log/burst.h"
#include "server/peer/completion.h"
#include "server/peer/flood.h"

namespace herd::peer {

class CalledStream {
 public:
  // What a stream tells its host. Called on the queue's thread.
  class Host {
   public:
    // A call has come in, and the next one may be waited for.
    virtual void OnCalled(CalledStream* stream) = 0;
    // The caller is that neighbour; an older stream of its has to go.
    // Errors: this one has to be closed with that status.
    virtual absl::Status OnIdentified(CalledStream* stream, std::size_t neighbor) = 0;
    // The link with that neighbour has carried this message.
    virtual void OnSent(std::size_t neighbor, const v1::Packet& packet) = 0;
    virtual void OnReceived(std::size_t neighbor, const v1::Packet& packet) = 0;
    // The packet is none as it should be, and the stream is closed for it.
    virtual void OnRefused(std::size_t neighbor) = 0;
    // The link with that neighbour is over.
    virtual void OnLost(std::size_t neighbor, const std::string& reason) = 0;
    // No operation is outstanding any more: the stream is to be destroyed.
    virtual void OnGone(CalledStream* stream) = 0;

   protected:
    ~Host() = default;
  };

  // All outlive the stream. `refusals` are those of callers who are no neighbours, for the log.
  CalledStream(Host* host, Flood* flood, log::Burst* refusals, v1::Propagate::AsyncService* service,
               grpc::ServerCompletionQueue* queue);
  CalledStream(const CalledStream&) = delete;
  CalledStream& operator=(const CalledStream&) = delete;

  // Writes the next packet if there is one and none is being written; then reads on. In this order,
  // since gRPC sends a message of its own for each Read.
  void Pump(Nanos now);
  // When Pump is to be called again, though nothing happens.
  std::optional<Nanos> Deadline() const;

  // Takes no further message, and ends the call with that status.
  void Close(const absl::Status& status);

  // Somebody has called, and not said who it is.
  bool is_strangers() const { return !caller_.empty() && !neighbor_ && !closing_; }
  // Known after OnIdentified, and until the stream is closed.
  std::optional<std::size_t> neighbor() const { return neighbor_; }

 private:
  void OnRequested(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnGraceOver(bool ok);

  void Read();
  void LogRefusal(const absl::Status& status) const;
  absl::Status OnPacket();
  absl::Status OnHello();
  void NoteDown() const;
  void Detach(const std::string& reason);
  void FinishIfQuiet();
  void LeaveIfQuiet();

  Host* const host_;
  Flood* const flood_;
  log::Burst* const refusals_;
  grpc::ServerCompletionQueue* const queue_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<v1::Packet, v1::Packet> stream_{&context_};
  v1::Packet outgoing_;
  v1::Packet incoming_;
  std::optional<std::size_t> neighbor_;
  std::string caller_;  // for the log: a neighbour's name, or an address
  std::optional<grpc::Status> closing_;
  bool finishing_ = false;
  bool writing_ = false;
  bool read_due_ = false;
  int outstanding_ = 0;
  grpc::Alarm grace_;  // of a Write that is under way when the stream is closed

  CompletionOf<CalledStream> requested_{this, &CalledStream::OnRequested};
  CompletionOf<CalledStream> read_{this, &CalledStream::OnRead};
  CompletionOf<CalledStream> written_{this, &CalledStream::OnWritten};
  CompletionOf<CalledStream> finished_{this, &CalledStream::OnFinished};
  CompletionOf<CalledStream> grace_over_{this, &CalledStream::OnGraceOver};
};

}  // namespace herd::peer
