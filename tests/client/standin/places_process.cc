#include "tests/client/standin/places_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "gtest/gtest.h"

extern char** environ;

namespace herd::standin {
namespace {

constexpr int kPatienceMs = 60'000;
constexpr int kTooLong = -1000;

bool WaitReadable(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return poll(&waiting, 1, kPatienceMs) == 1;
}

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  while (WaitReadable(fd)) {
    const ssize_t length = read(fd, buffer.data(), buffer.size());
    if (length <= 0) break;
    text.append(buffer.data(), static_cast<size_t>(length));
  }
  return text;
}

}  // namespace

PlacesProcess::PlacesProcess(const std::vector<std::string>& flags) {
  std::array<int, 2> output{};
  std::array<int, 2> errors{};
  EXPECT_EQ(pipe2(output.data(), O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(errors.data(), O_CLOEXEC), 0);
  std::string program = HERD_PLACES_PROGRAM;
  std::vector<std::string> words = flags;
  std::vector<char*> arguments = {program.data()};
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
  EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  close(errors[1]);
  output_ = output[0];
  errors_ = errors[0];
}

PlacesProcess::~PlacesProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
  close(errors_);
}

std::string PlacesProcess::ReadLine() {
  std::string line;
  char c = 0;
  while (WaitReadable(output_) && read(output_, &c, 1) == 1) {
    if (c == '\n') return line;
    line += c;
  }
  return "";
}

std::string PlacesProcess::ReadUrl() {
  const std::string announcement = "herd-places: listening on ";
  const std::string line = ReadLine();
  return line.starts_with(announcement) ? line.substr(announcement.size()) : "";
}

void PlacesProcess::Signal(int signal) const { EXPECT_EQ(kill(pid_, signal), 0); }

int PlacesProcess::Wait() {
  const int watch = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  const bool ended = WaitReadable(watch);
  close(watch);
  if (!ended) return kTooLong;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string PlacesProcess::RestOfOutput() { return ReadAll(output_); }

std::string PlacesProcess::Errors() { return ReadAll(errors_); }

}  // namespace herd::standin
