// The gRPC stream of a link with a neighbour that this server is to call: opened again for ever.
//
// Owned and called by the thread of the completion queue. At most one attempt at a stream is made
// at a time, on a channel of its own; when it ends, the next follows after a growing, jittered
// pause.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "herd/v1/propagate.grpc.pb.h"
#include "server/peer/completion.h"
#include "server/peer/flood.h"
#include "server/peer/link_traffic.h"
#include "server/tls/identity_keeper.h"

namespace herd::peer {

class CallingStream {
 public:
  // `target` is the neighbour's "host:port". Null `identity`: no TLS. What goes over the link is
  // counted in `traffic`. All outlive this object.
  CallingStream(Flood* flood, std::size_t neighbor, const std::string& target,
                const tls::IdentityKeeper* identity, LinkTraffic* traffic,
                grpc::CompletionQueue* queue);
  CallingStream(const CallingStream&) = delete;
  CallingStream& operator=(const CallingStream&) = delete;

  // Starts the first attempt.
  void Open();

  // The run of the neighbour that began then says that it is there: the next attempt is made at
  // that target, unless the link is up. However often this is called, there are no more attempts
  // than without it. A link with an older run, which may have vanished without a word, is given up,
  // but not twice within seconds.
  void CallAt(const std::string& target, std::uint64_t start_ns);

  // Writes the next packet if there is one and none is being written; then reads on. In this order,
  // since gRPC sends a message of its own for each Read.
  void Pump(Nanos now);
  // When Pump is to be called again, though nothing happens.
  std::optional<Nanos> Deadline() const;

  // Ends the attempt, and makes no further one; until Resume, if that is ever called.
  void Stop();
  void Resume();

  std::size_t neighbor() const { return neighbor_; }
  // No operation is outstanding: this object may be destroyed after Stop.
  bool idle() const { return outstanding_ == 0; }

  std::uint64_t connects() const { return connects_; }
  // Why the last attempt ended, empty if none has.
  const std::string& last_error() const { return last_error_; }

 private:
  struct Attempt {
    std::string target;
    bool at_knock = false;  // where a knock came from
    std::unique_ptr<v1::Propagate::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::Packet, v1::Packet>> stream;
    grpc::Status status;
    bool writing = false;
    bool read_due = false;
    bool broken = false;    // a Write has failed, or it has been cancelled; a Read will fail
    bool given_up = false;  // cancelled, since a newer run of the neighbour is there
    bool ended = false;     // a Read or the start has failed; the status is to be fetched
  };

  void OnStarted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnRetry(bool ok);

  void Read();
  void End();
  void Pause();
  void FinishIfQuiet();
  void NoteUp();
  void NoteDown();
  std::string WhyDown() const;

  bool IsForKnock() const;
  bool CanWrite() const;
  const OutboundLink& link() const { return flood_->outbound(neighbor_); }
  const std::string& name() const { return link().neighbor(); }

  Flood* const flood_;
  const std::size_t neighbor_;
  const std::string target_;
  const tls::IdentityKeeper* const identity_;
  LinkTraffic* const traffic_;
  grpc::CompletionQueue* const queue_;

  std::unique_ptr<Attempt> attempt_;
  std::string knocked_from_;  // since the last attempt began: as a target; or empty
  bool name_is_due_ = false;  // the last attempt was made where a knock came from, and in vain
  v1::Packet outgoing_;
  v1::Packet incoming_;
  grpc::Alarm retry_;
  int failures_ = 0;  // since the link last lasted
  std::chrono::steady_clock::time_point up_since_;
  std::optional<std::chrono::steady_clock::time_point> gave_up_at_;
  absl::BitGen random_;
  bool stopping_ = false;
  int outstanding_ = 0;

  bool noted_up_ = false;
  std::uint64_t connects_ = 0;
  std::string last_error_;

  CompletionOf<CallingStream> started_{this, &CallingStream::OnStarted};
  CompletionOf<CallingStream> read_{this, &CallingStream::OnRead};
  CompletionOf<CallingStream> written_{this, &CallingStream::OnWritten};
  CompletionOf<CallingStream> finished_{this, &CallingStream::OnFinished};
  CompletionOf<CallingStream> retried_{this, &CallingStream::OnRetry};
};

}  // namespace herd::peer
