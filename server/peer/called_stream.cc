#include "server/peer/called_stream.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/peer/caller.h"
#include "server/state/clock.h"

namespace herd::peer {
namespace {

// A peer that no longer reads holds up a Write, and the status behind it, for no longer than this.
constexpr std::chrono::seconds kGrace{1};

}  // namespace

CalledStream::CalledStream(Host* host, Flood* flood, log::Burst* refusals,
                           v1::Propagate::AsyncService* service, grpc::ServerCompletionQueue* queue)
    : host_(host), flood_(flood), refusals_(refusals), queue_(queue) {
  service->RequestLink(&context_, &stream_, queue, queue, requested_.tag());
  ++outstanding_;
}

void CalledStream::OnRequested(bool ok) {
  --outstanding_;
  if (!ok) return LeaveIfQuiet();
  caller_ = context_.peer();
  host_->OnCalled(this);
  Read();
}

void CalledStream::Read() {
  read_due_ = false;
  stream_.Read(&incoming_, read_.tag());
  ++outstanding_;
}

void CalledStream::OnRead(bool ok) {
  --outstanding_;
  if (closing_) return LeaveIfQuiet();
  if (!ok) {
    if (neighbor_) NoteDown();
    return Close(absl::OkStatus());
  }
  if (const absl::Status status = OnPacket(); !status.ok()) {
    LogRefusal(status);
    return Close(status);
  }
  read_due_ = true;
}

void CalledStream::LogRefusal(const absl::Status& status) const {
  // That it is not wanted now has been logged when that began.
  if (absl::IsUnavailable(status)) return;
  const auto line = [&] {
    return absl::StrCat("closing the link from ", caller_, ": ", status.ToString());
  };
  neighbor_ ? log::Error(line()) : refusals_->Write(log::Level::kError, MonotonicNow(), line);
}

absl::Status CalledStream::OnPacket() {
  if (!neighbor_) {
    if (absl::Status status = OnHello(); !status.ok()) return status;
  }
  host_->OnReceived(*neighbor_, incoming_);
  const bool was_leaving = flood_->inbound(*neighbor_).leaving();
  absl::Status status = flood_->OnPacket(*neighbor_, incoming_, MonotonicNow());
  if (!status.ok()) host_->OnRefused(*neighbor_);
  if (flood_->inbound(*neighbor_).leaving() && !was_leaving) {
    log::Info(absl::StrCat(caller_, " is leaving"));
  }
  return status;
}

absl::Status CalledStream::OnHello() {
  if (!incoming_.push().has_hello()) {
    return absl::InvalidArgumentError("the first push is no hello");
  }
  const v1::Hello& hello = incoming_.push().hello();
  const absl::StatusOr<std::size_t> neighbor = flood_->Identify(hello);
  if (!neighbor.ok()) return neighbor.status();
  if (absl::Status status = CheckCaller(context_, hello.server()); !status.ok()) return status;
  if (flood_->IsForUsToCall(*neighbor)) {
    return absl::PermissionDeniedError(
        absl::StrCat("it is ", hello.server(), " that is called, by ", hello.receiver()));
  }
  if (absl::Status status = host_->OnIdentified(this, *neighbor); !status.ok()) return status;
  flood_->Open(*neighbor);
  neighbor_ = *neighbor;
  caller_ = hello.server();
  log::Info(absl::StrCat("link from ", caller_, " at ", context_.peer(), " is up"));
  return absl::OkStatus();
}

void CalledStream::Pump(Nanos now) {
  if (closing_) return;
  if (neighbor_ && !writing_ && flood_->NextPacket(*neighbor_, now, &outgoing_)) {
    stream_.Write(outgoing_, written_.tag());
    host_->OnSent(*neighbor_, outgoing_);
    writing_ = true;
    ++outstanding_;
  }
  if (read_due_) Read();
}

std::optional<Nanos> CalledStream::Deadline() const {
  // The end of the Write is an event of its own.
  if (!neighbor_ || writing_) return std::nullopt;
  return flood_->PacketDeadline(*neighbor_);
}

void CalledStream::OnWritten(bool) {
  // A failed Write says only that the stream is over; the Read that is out will say so too.
  --outstanding_;
  writing_ = false;
  if (!closing_) return;
  grace_.Cancel();
  FinishIfQuiet();
}

void CalledStream::Close(const absl::Status& status) {
  if (closing_) return;
  Detach(status.ok() ? "lost, or closed by the neighbor" : std::string(status.message()));
  closing_ = ToGrpc(status);
  if (writing_) {
    grace_.Set(queue_, std::chrono::system_clock::now() + kGrace, grace_over_.tag());
    ++outstanding_;
  }
  FinishIfQuiet();
}

void CalledStream::NoteDown() const {
  const bool left = flood_->inbound(*neighbor_).leaving();
  log::Write(left ? log::Level::kInfo : log::Level::kWarning,
             absl::StrCat("link from ", caller_, " is down", left ? ": it has left" : ""));
}

// Also when the grace is cut short, since the Write has ended.
void CalledStream::OnGraceOver(bool) {
  --outstanding_;
  if (writing_) context_.TryCancel();
  LeaveIfQuiet();
}

void CalledStream::Detach(const std::string& reason) {
  if (!neighbor_) return;
  flood_->Close(*neighbor_);
  host_->OnLost(*std::exchange(neighbor_, std::nullopt), reason);
}

void CalledStream::FinishIfQuiet() {
  if (writing_ || finishing_) return;
  finishing_ = true;
  stream_.Finish(*closing_, finished_.tag());
  ++outstanding_;
}

void CalledStream::OnFinished(bool) {
  --outstanding_;
  LeaveIfQuiet();
}

void CalledStream::LeaveIfQuiet() {
  if (outstanding_ == 0) host_->OnGone(this);
}

}  // namespace herd::peer
