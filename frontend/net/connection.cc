#include "frontend/net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/state/clock.h"

namespace herd::net {
namespace {

bool IsTransient(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

// Whether so much of a limit has passed; none is never reached.
bool HasPassed(Nanos limit, Nanos since, Nanos now) { return limit > 0 && now - since >= limit; }

}  // namespace

Connection::Connection(std::uint64_t number, Descriptor socket,
                       std::unique_ptr<SecureChannel> channel, Admission::Seat seat,
                       Session::Peer peer, Connection::Host* host, EventLoop* loop,
                       SessionContext* context, TrafficLog* traffic)
    : number_(number),
      socket_(std::move(socket)),
      channel_(std::move(channel)),
      seat_(std::move(seat)),
      host_(host),
      loop_(loop),
      traffic_(traffic),
      log_name_(traffic->on() ? absl::StrCat("client ", number, " ", PeerName(socket_)) : ""),
      session_(context, this, peer),
      heard_at_(loop->now()),
      reading_since_(loop->now()) {
  SetNoDelay(socket_);
  traffic_->Note(log_name_, "connected");
  loop_->Watch(socket_.get(), this, watches_read_, watches_write_);
}

Connection::~Connection() {
  host_->OnKept(kept_, 0);
  if (!closed_) loop_->Unwatch(socket_.get(), this);
}

void Connection::OnEvents(EventLoop::Events events) {
  if (lingering_) return Drop();
  // What arrived before the connection broke is still there to be read, and counts.
  if (events.broken && !events.readable && !in_turn_) return Close();
  if (events.writable) WriteUnsent();
  if (!(events.readable || (events.writable && ChannelWantsWrite())) || closed_) return;
  if (!is_deep_) {
    Read();
  } else if (!in_turn_) {
    in_turn_ = true;
    Watch();
    host_->ReadLater(number_);
  }
}

void Connection::ReadInTurn() {
  in_turn_ = false;
  if (closed_ || lingering_) return;
  if (MayRead()) Read();
  if (!closed_ && is_deep_ && MayRead()) {
    in_turn_ = true;
    host_->ReadLater(number_);
  } else if (!closed_) {
    Watch();
  }
}

template <typename Converse>
void Connection::Reply(Converse converse) {
  std::string& replies = host_->replies();
  const std::size_t begin = replies.size();
  converse(&replies);
  host_->SendLater(number_, begin);
}

std::size_t Connection::Read() {
  std::string& space = host_->input_space();
  const ssize_t size = ReceiveSome(space);
  if (size < 0) {
    is_deep_ = false;
    IsTransient(errno) ? Watch() : Break();
    return 0;
  }
  const auto bytes = static_cast<std::size_t>(size);
  host_->counters().received_bytes.Add(bytes);
  heard_at_ = loop_->now();
  // A record is less than the space even when more is there.
  is_deep_ = channel_ != nullptr ? bytes > 0 && ReadableBytes(socket_) >= space.size()
                                 : bytes == space.size();
  at_end_ = bytes == 0;
  Reply([&](std::string* out) {
    if (at_end_ && channel_ != nullptr && channel_->was_cut()) {
      session_.Stop(Now(), out);  // What stands behind the last line end may be half of a line.
    } else if (at_end_) {
      session_.ReceiveEnd(Now(), out);
    } else {
      session_.Receive({space.data(), bytes}, Now(), out);
    }
  });
  return bytes;
}

ssize_t Connection::ReceiveSome(std::string& space) {
  return channel_ != nullptr ? channel_->Read(space.data(), space.size())
                             : recv(socket_.get(), space.data(), space.size(), 0);
}

ssize_t Connection::SendSome(std::string_view bytes) {
  return channel_ != nullptr ? channel_->Write(bytes)
                             : send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void Connection::Break() {
  channel_ != nullptr && !channel_->is_open() ? CloseFor(Closure::kFailedHandshake) : Close();
}

Moment Connection::Now() const { return {.since_epoch = RealtimeNow(), .monotonic = loop_->now()}; }

void Connection::Answer(std::uint64_t ticket, const places::Document& json) {
  if (closed_) return;
  Reply([&](std::string* out) { session_.Answer(ticket, json, out); });
}

void Connection::Pass(std::uint64_t ticket) {
  if (closed_) return;
  Reply([&](std::string* out) { session_.Pass(ticket, out); });
}

void Connection::Resume() {
  resuming_ = false;
  if (closed_ || !session_.can_resume() || unsent_.size() >= kMaxUnsent) return;
  Reply([&](std::string* out) { session_.Resume(Now(), out); });
}

void Connection::Leave() {
  if (closed_ || lingering_ || leaving_) return;
  leaving_ = true;
  // What the client has sent before it could know is still answered; not what it goes on sending.
  for (std::size_t left = ReadableBytes(socket_); left > 0;) {
    if (closed_ || at_end_) break;
    const std::size_t read = Read();
    left -= std::min(left, read);
    if (read == 0) break;
  }
  if (closed_) return;
  Reply([&](std::string* out) { session_.Stop(Now(), out); });
}

void Connection::AwaitNeighbors(const Versions& versions, std::uint64_t ticket) {
  host_->AwaitNeighbors(number_, versions, ticket);
}

void Connection::OnLines(absl::Span<const std::string_view> lines) {
  traffic_->In(log_name_, lines);
}

void Connection::OnInvalidRelay(std::string_view line) {
  host_->OnInvalidRelay(PeerName(socket_), line);
}

places::Document Connection::AskPlaces(const places::Query& query, std::uint64_t ticket) {
  return host_->AskPlaces(number_, query, ticket);
}

void Connection::Send(std::string_view replies) {
  if (closed_) return;
  traffic_->Out(log_name_, replies);
  Write(replies);
}

void Connection::Write(std::string_view bytes) {
  if (bytes.empty() || closed_) return;
  if (unsent_.empty()) {
    const ssize_t sent = SendSome(bytes);
    if (sent < 0 && !IsTransient(errno)) return Close();
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      host_->counters().sent_bytes.Add(static_cast<std::uint64_t>(sent));
    }
    taken_at_ = loop_->now();
  }
  unsent_.append(bytes);
}

// Not at the end of a round, but before anything has been said in it: sockets come first.
void Connection::WriteUnsent() {
  const std::string bytes = std::exchange(unsent_, {});
  Write(bytes);
  Settle();
}

void Connection::Settle() {
  if (closed_ || lingering_) return;
  if (CountKept()) return CloseFor(Closure::kPendingBytes);
  if (session_.finished() && unsent_.empty()) {
    // While nothing is left unread, closing does not make the kernel throw the replies away.
    const bool read_all = at_end_ || (leaving_ && ReadableBytes(socket_) == 0);
    return read_all ? Close() : Linger();
  }
  if (session_.can_resume() && unsent_.size() < kMaxUnsent && !resuming_) {
    resuming_ = true;
    host_->ResumeLater(number_);
  }
  Watch();
}

bool Connection::MayRead() const {
  return !at_end_ && session_.wants_input() && unsent_.size() < kMaxUnsent;
}

void Connection::Watch() {
  const bool read = MayRead() && !in_turn_;
  const bool write = !unsent_.empty() || ChannelWantsWrite();
  if (read == watches_read_ && write == watches_write_) return;
  loop_->Rewatch(socket_.get(), this, read, write);
  if (read && !watches_read_) reading_since_ = loop_->now();
  watches_read_ = read;
  watches_write_ = write;
}

bool Connection::CountKept() {
  const std::size_t kept = session_.kept_bytes() + unsent_.size();
  return kept != kept_ && host_->OnKept(std::exchange(kept_, kept), kept);
}

std::optional<Closure> Connection::Overdue() const {
  const Limits& limits = host_->limits();
  const Nanos now = loop_->now();
  if (channel_ != nullptr && !channel_->is_open()) {
    return HasPassed(limits.line, heard_at_, now) ? std::optional(Closure::kUnfinishedHandshake)
                                                  : std::nullopt;
  }
  if (!unsent_.empty()) {
    return HasPassed(limits.reply, taken_at_, now) ? std::optional(Closure::kUntakenReplies)
                                                   : std::nullopt;
  }
  if (in_turn_) return std::nullopt;  // It has said more than has been read.
  const std::optional<Nanos> line_begun = session_.within_line_since();
  if (line_begun && HasPassed(limits.line, std::max(*line_begun, reading_since_), now)) {
    return Closure::kUnfinishedLine;
  }
  // A server has nothing to say when its clients have not.
  if (session_.waits() || session_.has_relayed()) return std::nullopt;
  return HasPassed(limits.idle, heard_at_, now) ? std::optional(Closure::kIdle) : std::nullopt;
}

void Connection::CloseIfShakingHands() {
  if (closed_ || channel_ == nullptr || channel_->is_open()) return;
  CloseFor(Closure::kUnfinishedHandshake);
}

void Connection::CloseIfOverdue() {
  if (closed_ || lingering_) return;
  if (const std::optional<Closure> reason = Overdue()) CloseFor(*reason);
}

void Connection::Linger() {
  lingering_ = true;
  if (channel_ != nullptr) channel_->EndWriting();
  shutdown(socket_.get(), SHUT_WR);
  loop_->Rewatch(socket_.get(), this, true, false);
  // The connection may be gone by then: the host looks it up by its number.
  loop_->RunAfter(kLinger, [host = host_, number = number_] { host->OnClosed(number, false); });
}

void Connection::Drop() {
  std::string& space = host_->input_space();
  const ssize_t size = recv(socket_.get(), space.data(), space.size(), 0);
  if (size == 0 || (size < 0 && !IsTransient(errno))) Close();
}

void Connection::CloseFor(Closure reason) {
  host_->OnClosing(reason, PeerName(socket_));
  Close();
}

void Connection::Close() {
  closed_ = true;
  if (channel_ != nullptr) channel_->EndWriting();
  loop_->Unwatch(socket_.get(), this);
  traffic_->Note(log_name_, "left");
  host_->OnClosed(number_, session_.waits());
}

}  // namespace herd::net
