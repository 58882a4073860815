// A program under test: started, signalled and waited for.
//
// Belongs to the main thread of the test, and dies with it, however the test ends.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace herd::test {

class Process {
 public:
  static constexpr int kOwnNetwork = -1;

  // `command` is the path of a program and its arguments. What it writes to standard output and
  // standard error is appended to `output_file`. It sees the network of that namespace, or the
  // test's own if there is none.
  Process(const std::vector<std::string>& command, std::string output_file,
          int network_namespace = kOwnNetwork);
  // Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int signal);
  // SIGKILL: gone when this returns.
  void Kill();
  // SIGSTOP: it takes no further step until Continue.
  void Stop();
  void Continue();

  bool running();
  // Until it has ended. The exit status, minus the signal if one ended it, or nullopt if it runs
  // on.
  std::optional<int> Wait();

  pid_t id() const { return id_; }

  // What it has written so far.
  std::string Output() const;

 private:
  // Collects it if it has ended; true once it has.
  bool Reap();
  void NoteEnd(int status);

  const std::string output_file_;
  const pid_t id_;
  std::optional<int> ended_;
};

}  // namespace herd::test
