// What a program's first thread does while others work: it waits for them to end, for the person to
// press Ctrl-C, and for the next second to show how things stand.
//
// Made before the other threads are, so that signals come here alone. Finish is for any thread, the
// rest for the first.
#pragma once

#include <optional>
#include <string>

#include "client/net/clock.h"

namespace herd::client {

class Foreground {
 public:
  enum class Event { kFinished, kInterrupted, kSecond };

  Foreground();
  ~Foreground();
  Foreground(const Foreground&) = delete;
  Foreground& operator=(const Foreground&) = delete;

  // Waits for what comes first. kInterrupted comes once, for SIGINT or SIGTERM: a second one ends
  // the program at once.
  Event Next();

  void Finish();

 private:
  void LetSignalsThrough();

  const int finished_;
  int signals_;
  Nanos next_second_;
};

// A line on standard error that replaces itself; nothing at all unless that is a terminal. Gone at
// the end.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool is_shown() const { return is_terminal_; }
  void Show(const std::string& text);

 private:
  const bool is_terminal_;
};

}  // namespace herd::client
