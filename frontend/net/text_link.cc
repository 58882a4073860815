#include "frontend/net/text_link.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/state/clock.h"

namespace herd::net {
namespace {

// Taken from the store at once; and at most so many times in a row, so that others get their turn.
constexpr std::size_t kBite = std::size_t{16} << 10;
constexpr int kBites = 16;
// Between two calls, with some chance in it so that a herd does not call as one.
constexpr Nanos kShortestPause = 100 * kNanosPerMillisecond;
constexpr Nanos kLongestPause = kNanosPerSecond;
// A connection that has lasted so long is one.
constexpr Nanos kLasting = 5 * kNanosPerSecond;
// A neighbour that does not accept, or takes no line, for so long.
constexpr Nanos kConnectBound = 5 * kNanosPerSecond;
constexpr Nanos kTakeBound = 60 * kNanosPerSecond;
// So long a link may take to come up, or to come back.
constexpr Nanos kLinkPatience = 2 * kNanosPerSecond;
constexpr int kUserTimeoutMs = 20'000;
constexpr std::size_t kShownOfLine = 200;

bool IsTransient(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

Nanos WithChance(Nanos pause) {
  static thread_local std::minstd_rand random(std::random_device{}());
  return pause / 2 + static_cast<Nanos>(random() % static_cast<std::uint64_t>(pause / 2 + 1));
}

std::size_t CountLines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TextLink::TextLink(const TextNeighbor& neighbor, const Store* store, EventLoop* loop)
    : neighbor_(neighbor), loop_(loop), feed_(store, neighbor.name) {
  status_.server = neighbor.name;
  status_.address = neighbor.shown;
  status_.since_epoch = RealtimeNow();
}

TextLink::~TextLink() {
  if (socket_.valid()) loop_->Unwatch(socket_.get(), this);
}

void TextLink::Start() { neighbor_.may_be_linked ? CallAfter(kLinkPatience) : Call(); }

void TextLink::SetLinked(bool linked) {
  linked_ = linked;
  {
    absl::MutexLock lock(&mutex_);
    status_.linked = linked;
  }
  if (!linked) return CallAfter(kLinkPatience);
  if (state_ == State::kUp) {
    log::Info(absl::StrCat(neighbor_.name, " does not speak text alone any more"));
  }
  Close();
}

void TextLink::Call() {
  const std::uint64_t attempt = ++attempt_;
  socket_ = Connect(neighbor_.address, neighbor_.port);
  if (!socket_.valid()) return Fail(std::strerror(errno));
  state_ = State::kConnecting;
  watches_write_ = true;
  loop_->Watch(socket_.get(), this, true, true);
  loop_->RunAfter(kConnectBound, [this, attempt] {
    if (attempt == attempt_ && state_ == State::kConnecting) Fail("it does not answer");
  });
}

void TextLink::CallAfter(Nanos pause) {
  const std::uint64_t attempt = ++attempt_;
  loop_->RunAfter(pause, [this, attempt] {
    if (attempt == attempt_ && !linked_) Call();
  });
}

void TextLink::OnEvents(EventLoop::Events events) {
  if (state_ == State::kConnecting) {
    if (!events.writable && !events.broken) return;
    if (const int error = ConnectError(socket_); error != 0) return Fail(std::strerror(error));
    OnConnected();
    if (state_ != State::kUp) return;
  }
  if ((events.readable || events.broken) && !Listen()) return;
  if (events.writable) Tell();
}

void TextLink::OnConnected() {
  SetNoDelay(socket_);
  SetUserTimeout(socket_, kUserTimeoutMs);
  state_ = State::kUp;
  pending_.clear();
  at_line_start_ = true;
  connected_at_ = taken_at_ = loop_->now();
  feed_.Restart();
  {
    absl::MutexLock lock(&mutex_);
    status_.up = true;
    status_.since_epoch = RealtimeNow();
    ++status_.connects;
  }
  log::Info(absl::StrCat("the text neighbor ", neighbor_.name, " (", neighbor_.shown,
                         ") is there: it is told all there is"));
  CloseIfStuck(attempt_);
  Tell();
}

void TextLink::CloseIfStuck(std::uint64_t attempt) {
  if (attempt != attempt_ || state_ != State::kUp) return;
  if (!pending_.empty() && loop_->now() - taken_at_ >= kTakeBound) {
    return Fail(absl::StrCat("it has taken nothing for ", kTakeBound / kNanosPerSecond, " s"));
  }
  loop_->RunAfter(kTakeBound / 4, [this, attempt] { CloseIfStuck(attempt); });
}

bool TextLink::Listen() {
  std::array<char, 4096> space;
  const ssize_t size = recv(socket_.get(), space.data(), space.size(), 0);
  if (size < 0 && IsTransient(errno)) return true;
  if (size <= 0) {
    Fail(size == 0 ? "it has closed the connection" : std::strerror(errno));
    return false;
  }
  Hear({space.data(), static_cast<std::size_t>(size)});
  return true;
}

void TextLink::Hear(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find('\n', at);
    if (at_line_start_ && bytes[at] == '?') {
      refused_.Write(log::Level::kWarning, loop_->now(), [&] {
        return absl::StrCat(
            "the text neighbor ", neighbor_.name, " (", neighbor_.shown,
            ") does not believe this server: ",
            absl::CHexEscape(std::string(bytes.substr(at, std::min(end - at, kShownOfLine)))));
      });
      absl::MutexLock lock(&mutex_);
      ++status_.refused_lines;
    }
    at_line_start_ = end != std::string_view::npos;
    at = at_line_start_ ? end + 1 : bytes.size();
  }
}

void TextLink::Tell() {
  if (state_ != State::kUp) return;
  int bites = 0;
  while (Send() && bites < kBites && feed_.Take(kBite, &pending_) > 0) {
    taken_at_ = loop_->now();
    ++bites;
  }
  if (state_ != State::kUp) return;
  if (bites == kBites && pending_.empty()) GoOnTelling();
  Note();
  Watch();
}

void TextLink::GoOnTelling() {
  if (std::exchange(goes_on_, true)) return;
  loop_->RunAfter(0, [this] {
    goes_on_ = false;
    Tell();
  });
}

bool TextLink::Send() {
  if (pending_.empty()) return true;
  const ssize_t sent = send(socket_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
  if (sent < 0 && !IsTransient(errno)) {
    Fail(std::strerror(errno));
    return false;
  }
  if (sent <= 0) return false;
  const auto taken = static_cast<std::size_t>(sent);
  taken_at_ = loop_->now();
  {
    absl::MutexLock lock(&mutex_);
    status_.sent_lines += CountLines(std::string_view(pending_).substr(0, taken));
  }
  pending_.erase(0, taken);
  return pending_.empty();
}

bool TextLink::has_told_all() const {
  return state_ != State::kUp || (pending_.empty() && feed_.Lag() == 0);
}

void TextLink::Fail(const std::string& why) {
  bool is_new = false;
  {
    absl::MutexLock lock(&mutex_);
    is_new = status_.up || status_.last_error != why;
    status_.last_error = why;
  }
  if (is_new) {
    log::Warning(absl::StrCat("no connection to the text neighbor ", neighbor_.name, " (",
                              neighbor_.shown, "): ", why, "; it is called again for ever"));
  }
  // One that takes a line and hangs up is not told all there is again ten times a second.
  if (state_ == State::kUp && loop_->now() - connected_at_ >= kLasting) pause_ = 0;
  pause_ = std::clamp(2 * pause_, kShortestPause, kLongestPause);
  Close();
  CallAfter(WithChance(pause_));
}

void TextLink::Close() {
  ++attempt_;  // Whatever waits for the one before is too late.
  if (socket_.valid()) loop_->Unwatch(socket_.get(), this);
  socket_ = Descriptor();
  state_ = State::kDown;
  absl::MutexLock lock(&mutex_);
  if (std::exchange(status_.up, false)) status_.since_epoch = RealtimeNow();
  status_.lag = 0;
}

void TextLink::Watch() {
  const bool write = !pending_.empty();
  if (write == watches_write_) return;
  loop_->Rewatch(socket_.get(), this, true, write);
  watches_write_ = write;
}

void TextLink::Note() {
  absl::MutexLock lock(&mutex_);
  status_.lag = feed_.Lag() + CountLines(pending_);
}

TextLinkStatus TextLink::Describe() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace herd::net
