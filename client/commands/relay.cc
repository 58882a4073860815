#include "client/commands/relay.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::client {
namespace {

constexpr int kNoLimit = -1;

int PollTimeout(std::chrono::milliseconds timeout) {
  return static_cast<int>(
      std::min<int64_t>(timeout.count(), int64_t{std::numeric_limits<int>::max()}));
}

}  // namespace

Relay::Relay(TextConnection& connection, int input, int output, std::string prompt)
    : connection_(connection), input_(input), output_(output), prompt_(std::move(prompt)) {}

absl::Status Relay::Run(std::chrono::milliseconds timeout) {
  absl::Status status = Prompt();
  while (status.ok() && !server_closed_) {
    status = Wait(timeout);
    if (status.ok() && input_ready_) status = ReadInput();
    if (status.ok()) status = SendPending();
    if (status.ok() && reply_ready_) status = ReceiveReplies();
  }
  return status.ok() ? ServerClosed() : status;
}

absl::Status Relay::Wait(std::chrono::milliseconds timeout) {
  const bool wants_input = !input_ended_ && pending_.empty();
  const short to_server = pending_.empty() ? POLLIN : POLLIN | POLLOUT;
  pollfd watched[] = {{.fd = connection_.fd(), .events = to_server, .revents = 0},
                      {.fd = wants_input ? input_ : -1, .events = POLLIN, .revents = 0}};
  int ready = 0;
  do {
    ready = poll(watched, 2, OwedSomething() ? PollTimeout(timeout) : kNoLimit);
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return absl::InternalError(absl::StrCat("poll: ", std::strerror(errno)));
  if (ready == 0) {
    return absl::DeadlineExceededError(
        absl::StrCat("timed out waiting for ", connection_.endpoint(), " to answer"));
  }
  reply_ready_ = (watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
  input_ready_ = watched[1].revents != 0;
  return absl::OkStatus();
}

absl::Status Relay::ReadInput() {
  char chunk[1 << 16];
  const ssize_t count = read(input_, chunk, sizeof chunk);
  if (count < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot read the standard input: ", std::strerror(errno)));
  }
  input_ended_ = count == 0;
  const std::string_view bytes(chunk, static_cast<size_t>(count));
  pending_.append(bytes);
  tracker_.Sent(bytes);
  if (input_ended_) tracker_.SentAll();
  return tracker_.owed() == 0 && !input_ended_ ? Prompt() : absl::OkStatus();
}

absl::Status Relay::SendPending() {
  if (!pending_.empty()) {
    const absl::StatusOr<size_t> sent = connection_.SendSome(pending_);
    // A server that went away may have said why: the replies that are there are read first.
    if (!sent.ok() && !reply_ready_) return sent.status();
    if (sent.ok()) pending_.erase(0, *sent);
  }
  if (!input_ended_ || !pending_.empty() || half_closed_) return absl::OkStatus();
  half_closed_ = true;
  return connection_.FinishSending();
}

absl::Status Relay::ReceiveReplies() {
  std::string received;
  const absl::StatusOr<size_t> count = connection_.Receive(received, Clock::now());
  if (absl::IsDeadlineExceeded(count.status())) return absl::OkStatus();  // Woken for nothing.
  if (!count.ok()) return count.status();
  server_closed_ = *count == 0;
  const bool was_owed = tracker_.owed() > 0;
  tracker_.Received(received);
  if (absl::Status written = Write(received); !written.ok()) return written;
  return was_owed && tracker_.owed() == 0 ? Prompt() : absl::OkStatus();
}

absl::Status Relay::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(output_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot write to the standard output: ", std::strerror(errno)));
    }
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status Relay::Prompt() { return input_ended_ ? absl::OkStatus() : Write(prompt_); }

absl::Status Relay::ServerClosed() const {
  if (tracker_.owed() > 0) {
    return absl::UnavailableError(absl::StrCat(connection_.endpoint(),
                                               " closed the connection and owed ", tracker_.owed(),
                                               tracker_.owed() == 1 ? " reply" : " replies"));
  }
  if (half_closed_) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(connection_.endpoint(), " closed the connection before the input ended"));
}

}  // namespace herd::client
