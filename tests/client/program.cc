#include "tests/client/program.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace herd::test {
namespace {

constexpr int kBoundMs = 60'000;

void Require(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  std::abort();
}

// An open file without a name, closed at the end.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& content = "") : fd_(memfd_create("stream", MFD_CLOEXEC)) {
    Require(fd_ >= 0, "memfd_create");
    const auto size = static_cast<ssize_t>(content.size());
    Require(write(fd_, content.data(), content.size()) == size, "write");
    Require(lseek(fd_, 0, SEEK_SET) == 0, "lseek");
  }
  ~MemoryFile() { close(fd_); }

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }

  std::string Content() const {
    std::string content(static_cast<size_t>(lseek(fd_, 0, SEEK_END)), '\0');
    const ssize_t count = pread(fd_, content.data(), content.size(), 0);
    Require(count == static_cast<ssize_t>(content.size()), "pread");
    return content;
  }

 private:
  int fd_;
};

std::vector<char*> Arguments(const std::vector<std::string>& argv) {
  std::vector<char*> arguments;
  for (const std::string& each : argv) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  return arguments;
}

// Returns what a shell would.
int WaitOrKill(pid_t pid) {
  // Not pidfd_open: the C library of Debian 12 declares it for C alone.
  const auto fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  pollfd ended = {.fd = fd, .events = POLLIN, .revents = 0};
  Require(ended.fd >= 0, "pidfd_open");
  if (poll(&ended, 1, kBoundMs) == 0) kill(pid, SIGKILL);
  close(ended.fd);
  int status = 0;
  Require(waitpid(pid, &status, 0) == pid, "waitpid");
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

std::string HerdClientPath() { return HERD_CLIENT_PATH; }

Finished RunProgram(const std::vector<std::string>& argv, const std::string& input) {
  const MemoryFile in(input);
  const MemoryFile out;
  const MemoryFile err;
  const std::vector<char*> arguments = Arguments(argv);
  const pid_t pid = fork();
  Require(pid >= 0, "fork");
  if (pid == 0) {
    dup2(in.fd(), STDIN_FILENO);
    dup2(out.fd(), STDOUT_FILENO);
    dup2(err.fd(), STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  const int exit_status = WaitOrKill(pid);
  return {.exit_status = exit_status, .out = out.Content(), .err = err.Content()};
}

TerminalProgram::TerminalProgram(const std::vector<std::string>& argv) {
  const std::vector<char*> arguments = Arguments(argv);
  pid_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
  Require(pid_ >= 0, "forkpty");
  if (pid_ == 0) {
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  fcntl(terminal_, F_SETFD, FD_CLOEXEC);
}

TerminalProgram::~TerminalProgram() {
  if (pid_ > 0) kill(pid_, SIGKILL);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  close(terminal_);
}

void TerminalProgram::Type(const std::string& text) {
  Require(write(terminal_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write");
}

std::string TerminalProgram::ShownUntil(const std::string& text) {
  while (true) {
    const size_t found = shown_.find(text);
    const size_t end = found == std::string::npos ? shown_.size() : found + text.size();
    pollfd readable = {.fd = terminal_, .events = POLLIN, .revents = 0};
    char chunk[4096];
    ssize_t count = 0;
    if (found == std::string::npos && poll(&readable, 1, kBoundMs) > 0) {
      count = read(terminal_, chunk, sizeof chunk);
    }
    if (count > 0) {
      shown_.append(chunk, static_cast<size_t>(count));
      continue;
    }
    const std::string shown = shown_.substr(0, end);
    shown_.erase(0, end);
    return shown;
  }
}

int TerminalProgram::ExitStatus() {
  const pid_t pid = pid_;
  pid_ = -1;
  return WaitOrKill(pid);
}

}  // namespace herd::test
