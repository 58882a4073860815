#include "client/load/foreground.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <utility>

namespace herd::client {
namespace {

sigset_t Interruptions() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

int BlockAndWatch(const sigset_t& signals) {
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

Foreground::Foreground()
    : finished_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      signals_(BlockAndWatch(Interruptions())),
      next_second_(MonotonicNow() + kNanosPerSecond) {}

Foreground::~Foreground() {
  if (signals_ >= 0) LetSignalsThrough();
  close(finished_);
}

void Foreground::LetSignalsThrough() {
  close(std::exchange(signals_, -1));
  const sigset_t signals = Interruptions();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

Foreground::Event Foreground::Next() {
  // A negative descriptor is passed over.
  std::array<pollfd, 2> watched = {
      {{.fd = finished_, .events = POLLIN}, {.fd = signals_, .events = POLLIN}}};
  while (true) {
    const Nanos left = std::max<Nanos>(next_second_ - MonotonicNow(), 0);
    poll(watched.data(), watched.size(), static_cast<int>(left / kNanosPerMillisecond) + 1);
    if (watched[0].revents != 0) return Event::kFinished;
    signalfd_siginfo which;
    if (watched[1].revents != 0 && read(signals_, &which, sizeof which) == sizeof which) {
      LetSignalsThrough();
      return Event::kInterrupted;
    }
    if (MonotonicNow() < next_second_) continue;
    next_second_ += kNanosPerSecond;
    return Event::kSecond;
  }
}

void Foreground::Finish() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(finished_, &one, sizeof one);
}

StatusLine::StatusLine() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

StatusLine::~StatusLine() { Show(""); }

void StatusLine::Show(const std::string& text) {
  if (is_terminal_) std::cerr << "\r\x1b[K" << text << std::flush;
}

}  // namespace herd::client
