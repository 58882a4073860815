#include "server/peer/calling_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/peer/neighbor_channel.h"
#include "server/state/clock.h"

namespace herd::peer {
namespace {

constexpr double kFirstPauseMs = 50;
constexpr double kLongestPauseMs = 500;
// A link that ends sooner than this after it was opened counts as one that could not be opened: two
// servers of one name, say, would else drive each other out without a pause.
constexpr auto kLastingLink = std::chrono::seconds(2);
// Whoever can knock can say that it is a newer run, as often as it likes.
constexpr auto kBetweenGivingUp = std::chrono::seconds(2);

}  // namespace

CallingStream::CallingStream(Flood* flood, std::size_t neighbor, const std::string& target,
                             const tls::IdentityKeeper* identity, LinkTraffic* traffic,
                             grpc::CompletionQueue* queue)
    : flood_(flood),
      neighbor_(neighbor),
      target_(target),
      identity_(identity),
      traffic_(traffic),
      queue_(queue) {}

void CallingStream::Open() {
  attempt_ = std::make_unique<Attempt>();
  attempt_->at_knock = IsForKnock();
  attempt_->target = attempt_->at_knock ? knocked_from_ : target_;
  knocked_from_.clear();
  // A channel that lived on would look the neighbour's name up at its own, ever longer pace, and
  // not at all as long as anybody answers where the neighbour once was.
  attempt_->stub = v1::Propagate::NewStub(NeighborChannel(attempt_->target, name(), identity_));
  attempt_->stream = attempt_->stub->PrepareAsyncLink(&attempt_->context, queue_);
  attempt_->stream->StartCall(started_.tag());
  ++outstanding_;
}

// Between two knocks the name has its turn: the neighbour may not listen where it calls from.
bool CallingStream::IsForKnock() const { return !knocked_from_.empty() && !name_is_due_; }

void CallingStream::CallAt(const std::string& target, std::uint64_t start_ns) {
  if (stopping_) return;
  if (link().up()) {
    if (flood_->StartOf(neighbor_) >= start_ns) return;
    const auto now = std::chrono::steady_clock::now();
    if (gave_up_at_ && now - *gave_up_at_ < kBetweenGivingUp) return;
    gave_up_at_ = now;
    attempt_->given_up = true;
    attempt_->broken = true;
    attempt_->context.TryCancel();
  }
  knocked_from_ = target;
}

void CallingStream::OnStarted(bool ok) {
  --outstanding_;
  if (!ok || stopping_) return End();
  flood_->Open(neighbor_);
  Read();
}

void CallingStream::Read() {
  attempt_->read_due = false;
  attempt_->stream->Read(&incoming_, read_.tag());
  ++outstanding_;
}

void CallingStream::OnRead(bool ok) {
  --outstanding_;
  if (!ok) return End();
  attempt_->read_due = true;
  traffic_->CountReceived(incoming_);
  const bool was_up = link().up();
  const bool was_leaving = flood_->inbound(neighbor_).leaving();
  const absl::Status status = flood_->OnPacket(neighbor_, incoming_, MonotonicNow());
  if (!status.ok()) {
    ++traffic_->refused_messages;
    log::Error(absl::StrCat("closing the link to ", name(),
                            " since it answered nonsense: ", status.message()));
    attempt_->broken = true;
    attempt_->context.TryCancel();
  } else if (!was_up && link().up()) {
    NoteUp();
  }
  if (flood_->inbound(neighbor_).leaving() && !was_leaving) {
    log::Info(absl::StrCat(name(), " is leaving"));
  }
}

bool CallingStream::CanWrite() const {
  return attempt_ != nullptr && !attempt_->writing && !attempt_->broken && !attempt_->ended;
}

void CallingStream::Pump(Nanos now) {
  if (CanWrite() && flood_->NextPacket(neighbor_, now, &outgoing_)) {
    attempt_->stream->Write(outgoing_, written_.tag());
    traffic_->CountSent(outgoing_);
    attempt_->writing = true;
    ++outstanding_;
  }
  if (attempt_ != nullptr && attempt_->read_due) Read();
}

std::optional<Nanos> CallingStream::Deadline() const {
  // The end of the Write is an event of its own.
  return CanWrite() ? flood_->PacketDeadline(neighbor_) : std::nullopt;
}

void CallingStream::OnWritten(bool ok) {
  --outstanding_;
  attempt_->writing = false;
  // A failed Write says only that the stream is over; the Read that is out will say so too. Until
  // then the link counts as up, so that its end is told as that of a link that was.
  if (!ok) attempt_->broken = true;
  if (attempt_->ended) FinishIfQuiet();
}

void CallingStream::End() {
  attempt_->ended = true;
  FinishIfQuiet();
}

void CallingStream::FinishIfQuiet() {
  if (attempt_->writing) return;
  attempt_->stream->Finish(&attempt_->status, finished_.tag());
  ++outstanding_;
}

void CallingStream::OnFinished(bool) {
  --outstanding_;
  NoteDown();
  flood_->Close(neighbor_);
  attempt_.reset();
  if (!stopping_) Pause();
}

void CallingStream::Pause() {
  const double pause_ms = std::min(kLongestPauseMs, kFirstPauseMs * (1 << std::min(failures_, 5)));
  ++failures_;
  const auto jittered =
      std::chrono::duration<double, std::milli>(pause_ms * absl::Uniform(random_, 0.5, 1.0));
  retry_.Set(queue_,
             std::chrono::system_clock::now() +
                 std::chrono::duration_cast<std::chrono::system_clock::duration>(jittered),
             retried_.tag());
  ++outstanding_;
}

// Also when the pause is cut short by Stop, which Resume may have followed.
void CallingStream::OnRetry(bool) {
  --outstanding_;
  if (!stopping_) Open();
}

void CallingStream::Stop() {
  stopping_ = true;
  if (attempt_ != nullptr) attempt_->context.TryCancel();
  retry_.Cancel();
}

void CallingStream::Resume() {
  stopping_ = false;
  // Whatever is still under way ends in a new attempt.
  if (outstanding_ == 0) Open();
}

void CallingStream::NoteUp() {
  ++connects_;
  noted_up_ = true;
  knocked_from_.clear();
  up_since_ = std::chrono::steady_clock::now();
  log::Info(absl::StrCat("link to ", name(), " at ", attempt_->target, " is up"));
}

std::string CallingStream::WhyDown() const {
  if (attempt_->given_up) return "it has been started anew";
  const std::string& message = attempt_->status.error_message();
  return message.empty() ? "closed by the neighbor" : message;
}

void CallingStream::NoteDown() {
  const bool was_up = std::exchange(noted_up_, false);
  name_is_due_ = attempt_->at_knock && !was_up;
  // Where the neighbour is by its name is what matters, not that a knock has led nowhere.
  if (stopping_ || name_is_due_) return;
  const std::string reason = WhyDown();
  const bool repeated = !was_up && reason == last_error_;
  last_error_ = reason;
  if (was_up && std::chrono::steady_clock::now() - up_since_ > kLastingLink) failures_ = 0;
  if (repeated) return;
  const bool left = flood_->inbound(neighbor_).leaving();
  log::Write(left ? log::Level::kInfo : log::Level::kWarning,
             absl::StrCat(was_up ? "link to " : "cannot open the link to ", name(), " at ",
                          attempt_->target, was_up ? " is down" : "", " (",
                          left && was_up ? "it has left" : reason,
                          "); connecting again until it answers"));
}

}  // namespace herd::peer
