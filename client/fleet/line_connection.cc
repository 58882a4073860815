#include "client/fleet/line_connection.h"

#include <array>
#include <cerrno>

namespace herd::client {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
// More than any reply to a report has. A server that says more without a line end is none.
constexpr std::size_t kLongestLine = std::size_t{1} << 20;

}  // namespace

void LineConnection::Dial(const Door& door) {
  door_ = &door;
  next_address_ = 0;
  DialNext();
}

void LineConnection::DialNext() {
  while (next_address_ < door_->addresses.size()) {
    if (socket_.Dial(door_->addresses[next_address_++]) != 0) continue;
    state_ = State::kConnecting;
    poller_.Watch(socket_.fd(), &watcher_, true);
    return;
  }
  Close();
}

void LineConnection::Close() {
  socket_.Close();
  state_ = State::kClosed;
  unsent_.clear();
  unread_.clear();
  wants_writable_ = false;
}

void LineConnection::OnDialled() {
  if (socket_.DialError() != 0) return DialNext();
  state_ = State::kOpen;
  poller_.Rewatch(socket_.fd(), &watcher_, false);
}

void LineConnection::Queue(std::string_view line) { unsent_.append(line).append("\n"); }

void LineConnection::Flush() {
  const Socket::Transfer sent = socket_.Write(unsent_);
  if (sent.error != 0 && sent.error != EAGAIN) return Close();
  unsent_.erase(0, sent.bytes);
  if (unsent_.empty() != wants_writable_) return;
  wants_writable_ = !unsent_.empty();
  poller_.Rewatch(socket_.fd(), &watcher_, wants_writable_);
}

void LineConnection::OnReady(const Poller::Ready& ready,
                             absl::FunctionRef<void(std::string_view)> on_line) {
  if (state_ == State::kConnecting) return OnDialled();
  if (state_ == State::kOpen && ready.readable) Receive(on_line);
  if (state_ == State::kOpen && ready.writable) Flush();
}

void LineConnection::Receive(absl::FunctionRef<void(std::string_view)> on_line) {
  std::array<char, kReadBytes> buffer;
  const Socket::Transfer read = socket_.Read(buffer.data(), buffer.size());
  if (read.error == EAGAIN) return;
  if (read.error != 0 || read.bytes == 0) return Close();
  unread_.append(buffer.data(), read.bytes);
  TakeLines(on_line);
  if (unread_.size() > kLongestLine) Close();
}

void LineConnection::TakeLines(absl::FunctionRef<void(std::string_view)> on_line) {
  // Away from the connection, which may be closed from within.
  const std::string bytes = std::exchange(unread_, "");
  std::size_t begin = 0;
  for (std::size_t end = bytes.find('\n'); end != std::string::npos && state_ == State::kOpen;
       end = bytes.find('\n', begin)) {
    on_line(std::string_view(bytes).substr(begin, end - begin));
    begin = end + 1;
  }
  if (state_ == State::kOpen) unread_ = bytes.substr(begin);
}

}  // namespace herd::client
