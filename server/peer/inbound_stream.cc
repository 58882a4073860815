#include "server/peer/inbound_stream.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/peer/monotonic.h"

namespace herd::peer {
namespace {

// A peer that no longer reads holds up a Write, and the status behind it, for no longer than this.
constexpr std::chrono::seconds kGrace{1};

// absl::StatusCode and grpc::StatusCode are the same numbers by design.
grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace

InboundStream::InboundStream(Host* host, Flood* flood, v1::Propagate::AsyncService* service,
                             grpc::ServerCompletionQueue* queue)
    : host_(host), flood_(flood), queue_(queue) {
  service->RequestLink(&context_, &stream_, queue, queue, requested_.tag());
  ++outstanding_;
}

void InboundStream::OnRequested(bool ok) {
  --outstanding_;
  if (!ok) return LeaveIfQuiet();
  caller_ = context_.peer();
  host_->OnCalled(this);
  Read();
}

void InboundStream::Read() {
  stream_.Read(&push_, read_.tag());
  ++outstanding_;
}

void InboundStream::OnRead(bool ok) {
  --outstanding_;
  if (closing_) return LeaveIfQuiet();
  if (!ok) {
    if (neighbor_) NoteDown();
    return Close(absl::OkStatus());
  }
  if (const absl::Status status = OnPush(); !status.ok()) {
    log::Error(absl::StrCat("closing the link from ", caller_, ": ", status.ToString()));
    return Close(status);
  }
  Read();
}

absl::Status InboundStream::OnPush() {
  if (!neighbor_) return OnHello();
  const InboundLink& link = flood_->inbound(*neighbor_);
  const bool was_leaving = link.leaving();
  absl::Status status = flood_->OnPush(*neighbor_, push_, MonotonicNow());
  if (link.leaving() && !was_leaving) log::Info(absl::StrCat(caller_, " is leaving"));
  return status;
}

absl::Status InboundStream::OnHello() {
  if (!push_.has_hello()) return absl::InvalidArgumentError("the first push is no hello");
  const absl::StatusOr<std::size_t> neighbor = flood_->Identify(push_.hello());
  if (!neighbor.ok()) return neighbor.status();
  host_->OnIdentified(this, *neighbor);
  absl::Status status = flood_->OpenInbound(*neighbor, push_.hello(), MonotonicNow());
  if (!status.ok()) return status;
  neighbor_ = *neighbor;
  caller_ = push_.hello().server();
  log::Info(absl::StrCat("link from ", caller_, " at ", context_.peer(), " is up"));
  return absl::OkStatus();
}

void InboundStream::Pump(Nanos now) {
  if (!neighbor_ || writing_) return;
  if (!flood_->NextAck(*neighbor_, now, &ack_)) return;
  stream_.Write(ack_, written_.tag());
  writing_ = true;
  ++outstanding_;
}

std::optional<Nanos> InboundStream::Deadline() const {
  // The end of the Write is an event of its own.
  if (!neighbor_ || writing_) return std::nullopt;
  return flood_->AckDeadline(*neighbor_);
}

void InboundStream::OnWritten(bool) {
  // A failed Write says only that the stream is over; the Read that is out will say so too.
  --outstanding_;
  writing_ = false;
  if (!closing_) return;
  grace_.Cancel();
  FinishIfQuiet();
}

void InboundStream::Close(const absl::Status& status) {
  if (closing_) return;
  Detach();
  closing_ = ToGrpc(status);
  if (writing_) {
    grace_.Set(queue_, std::chrono::system_clock::now() + kGrace, grace_over_.tag());
    ++outstanding_;
  }
  FinishIfQuiet();
}

void InboundStream::NoteDown() const {
  const bool left = flood_->inbound(*neighbor_).leaving();
  log::Write(left ? log::Level::kInfo : log::Level::kWarning,
             absl::StrCat("link from ", caller_, " is down", left ? ": it has left" : ""));
}

// Also when the grace is cut short, since the Write has ended.
void InboundStream::OnGraceOver(bool) {
  --outstanding_;
  if (writing_) context_.TryCancel();
  LeaveIfQuiet();
}

void InboundStream::Detach() {
  if (neighbor_) flood_->CloseInbound(*neighbor_);
  neighbor_.reset();
}

void InboundStream::FinishIfQuiet() {
  if (writing_ || finishing_) return;
  finishing_ = true;
  stream_.Finish(*closing_, finished_.tag());
  ++outstanding_;
}

void InboundStream::OnFinished(bool) {
  --outstanding_;
  LeaveIfQuiet();
}

void InboundStream::LeaveIfQuiet() {
  if (outstanding_ == 0) host_->OnGone(this);
}

}  // namespace herd::peer
