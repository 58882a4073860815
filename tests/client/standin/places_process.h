// A herd-places that runs as its own process, for tests.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace herd::standin {

// One thread. The destructor kills what still runs.
class PlacesProcess {
 public:
  // Starts the program with these flags.
  explicit PlacesProcess(const std::vector<std::string>& flags);
  ~PlacesProcess();
  PlacesProcess(const PlacesProcess&) = delete;
  PlacesProcess& operator=(const PlacesProcess&) = delete;

  // The first line of its standard output, without the line end; waits for it. Empty where the
  // process ends or 60 s pass without one.
  std::string ReadLine();

  // Waits for the announcement: "http://127.0.0.1:40859". Empty where there is none.
  std::string ReadUrl();

  void Signal(int signal) const;

  // Waits for its end: the exit status, or minus the signal that killed it; -1000 after 60 s.
  int Wait();

  // All of standard output after ReadLine, and standard error. Once Wait has returned.
  std::string RestOfOutput();
  std::string Errors();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
};

}  // namespace herd::standin
