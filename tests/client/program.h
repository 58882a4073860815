// Runs a program as a person would, and keeps what it said.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace herd::test {

struct Finished {
  // As the shell has it: 128 plus the signal when a signal ended the program.
  int exit_status = -1;
  std::string out;
  std::string err;
};

// The herd-client of this build.
std::string HerdClientPath();

// Runs `argv` with `input` as its standard input until it ends. A program that runs longer than a
// generous bound is killed, and the exit status tells.
Finished RunProgram(const std::vector<std::string>& argv, const std::string& input = "");

// A program on a terminal of its own. Killed at the end if it still runs.
class TerminalProgram {
 public:
  explicit TerminalProgram(const std::vector<std::string>& argv);
  ~TerminalProgram();

  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;

  void Type(const std::string& text);

  // What the terminal shows next, up to and with `text`; without `text` when the program ends, or a
  // generous bound passes, before it is shown.
  std::string ShownUntil(const std::string& text);

  // Waits for the end.
  int ExitStatus();

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
  std::string shown_;
};

}  // namespace herd::test
