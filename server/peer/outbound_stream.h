// The gRPC stream of a link to a neighbour, opened again for ever.
//
// Owned and called by the thread of the completion queue. At most one attempt at a stream is made
// at a time; when it ends, the next follows after a growing, jittered pause.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "server/peer/completion.h"
#include "server/peer/flood.h"

namespace herd::peer {

class OutboundStream {
 public:
  // `target` is the neighbour's "host:port". `flood` and `queue` outlive this object.
  OutboundStream(Flood* flood, std::size_t neighbor, const std::string& target,
                 grpc::CompletionQueue* queue);
  OutboundStream(const OutboundStream&) = delete;
  OutboundStream& operator=(const OutboundStream&) = delete;

  // Starts the first attempt.
  void Open();

  // The neighbour has just been heard of: if it is still being looked for, it is looked for anew,
  // at once. An attempt that began while it could not be reached may lie in wait for its time-out.
  void Hurry();

  // Writes the next push if there is one and none is being written.
  void Pump();

  // Ends the attempt, and makes no further one.
  void Stop();

  // No operation is outstanding: this object may be destroyed after Stop.
  bool idle() const { return outstanding_ == 0; }

  std::uint64_t connects() const { return connects_; }
  // Why the last attempt ended, empty if none has.
  const std::string& last_error() const { return last_error_; }

 private:
  struct Attempt {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::Push, v1::Ack>> stream;
    grpc::Status status;
    bool writing = false;
    bool broken = false;  // a Write has failed; a Read will
    bool ended = false;   // a Read or the start has failed; the status is to be fetched
  };

  void OnStarted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnRetry(bool ok);

  void MakeChannel();
  void Read();
  void End();
  void Pause();
  void FinishIfQuiet();
  void NoteUp();
  void NoteDown();

  const OutboundLink& link() const { return flood_->outbound(neighbor_); }
  const std::string& name() const { return link().neighbor(); }

  Flood* const flood_;
  const std::size_t neighbor_;
  const std::string target_;
  grpc::CompletionQueue* const queue_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Propagate::Stub> stub_;

  std::unique_ptr<Attempt> attempt_;
  v1::Push push_;
  v1::Ack ack_;
  grpc::Alarm retry_;
  int failures_ = 0;  // since the link last lasted
  std::chrono::steady_clock::time_point up_since_;
  absl::BitGen random_;
  bool stopping_ = false;
  bool hurried_ = false;
  int outstanding_ = 0;

  bool noted_up_ = false;
  std::uint64_t connects_ = 0;
  std::string last_error_;

  CompletionOf<OutboundStream> started_{this, &OutboundStream::OnStarted};
  CompletionOf<OutboundStream> read_{this, &OutboundStream::OnRead};
  CompletionOf<OutboundStream> written_{this, &OutboundStream::OnWritten};
  CompletionOf<OutboundStream> finished_{this, &OutboundStream::OnFinished};
  CompletionOf<OutboundStream> retried_{this, &OutboundStream::OnRetry};
};

}  // namespace herd::peer
