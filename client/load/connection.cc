#include "client/load/connection.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace herd::client {

Connection::Connection(Use use, const Door& door, const RequestText& text,
                       std::uint32_t verify_every, Poller& poller, Tally& tally)
    : use_(use),
      door_(door),
      text_(text),
      poller_(poller),
      tally_(tally),
      checker_(text, verify_every, tally) {}

void Connection::Dial(Nanos now) {
  dialled_at_ = now;
  next_address_ = 0;
  state_ = State::kConnecting;
  DialNext();
}

void Connection::DialNext() {
  const Errno error = socket_.Dial(door_.addresses[next_address_++]);
  if (error != 0) return DialFailed(error);
  poller_.Watch(socket_.fd(), this, true);
}

void Connection::DialFailed(Errno error) {
  if (next_address_ < door_.addresses.size()) return DialNext();
  tally_.errors.Count(ErrorKind::kConnectFailed,
                      [&] { return absl::StrCat(door_.name, ": ", std::strerror(error)); });
  Close();
}

void Connection::OnDialled() {
  if (const Errno error = socket_.DialError(); error != 0) return DialFailed(error);
  state_ = State::kOpen;
  poller_.Rewatch(socket_.fd(), this, false);
}

void Connection::OnReady(const Poller::Ready& ready, std::span<char> buffer) {
  if (state_ == State::kConnecting) return OnDialled();
  if (state_ == State::kOpen && ready.readable) Receive(buffer);
  if (state_ == State::kOpen && ready.writable) Flush();
}

void Connection::Receive(std::span<char> buffer) {
  const Socket::Transfer read = socket_.Read(buffer.data(), buffer.size());
  if (read.error == EAGAIN) return;
  if (read.error != 0) return Lose(std::strerror(read.error));
  if (read.bytes == 0) return Lose("the server closed it");
  tally_.bytes_received += read.bytes;
  checker_.Receive({buffer.data(), read.bytes}, MonotonicNow(), owed_);
}

void Connection::Flush() {
  const Socket::Transfer written = socket_.Write(std::string_view(unsent_).substr(sent_));
  if (written.error != 0 && written.error != EAGAIN) return Lose(std::strerror(written.error));
  tally_.bytes_sent += written.bytes;
  sent_ += written.bytes;
  const bool is_rest = sent_ < unsent_.size();
  if (is_rest != wants_writable_) poller_.Rewatch(socket_.fd(), this, is_rest);
  wants_writable_ = is_rest;
  if (is_rest) return;
  unsent_.clear();
  sent_ = 0;
}

void Connection::Lose(const char* why) {
  tally_.errors.Count(ErrorKind::kConnectionLost, [&] {
    const char* const when = checker_.is_inside() ? " in the middle of a reply" : "";
    return absl::StrCat(door_.name, ": ", why, when, ", ", owed_.size(), " replies owed");
  });
  Close();
}

void Connection::CheckPatience(Nanos now, Nanos timeout) {
  if (state_ == State::kConnecting && now - dialled_at_ > timeout) {
    next_address_ = door_.addresses.size();
    return DialFailed(ETIMEDOUT);
  }
  std::size_t late = 0;
  while (late < owed_.size() && now - owed_[late].since > timeout) ++late;
  if (late == 0) return;
  tally_.errors.Count(
      ErrorKind::kTimeout,
      [&] {
        return absl::StrCat(door_.name, " owes replies for ", static_cast<double>(timeout) / 1e9,
                            " s");
      },
      late);
  Close();
}

void Connection::GiveUp() {
  if (!owed_.empty()) Close();
}

void Connection::Close() {
  tally_.unanswered += owed_.size();
  state_ = State::kClosed;
  socket_.Close();
  owed_.Clear();
  unsent_.clear();
  sent_ = 0;
  wants_writable_ = false;
  checker_.Reset();
}

}  // namespace herd::client
