#include "tests/herd/harness/process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/files.h"

namespace herd::test {
namespace {

constexpr int kCannotStart = 127;

// In the child, between fork and exec: nothing here may allocate.
[[noreturn]] void Become(char* const* arguments, const char* output_file, int network_namespace,
                         pid_t parent) {
  // It is not to outlive the test, not even one that crashes at this moment.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotStart);
  // Ctrl-C is for the test alone, which ends its servers as it wants to.
  setpgid(0, 0);
  if (network_namespace >= 0 && setns(network_namespace, CLONE_NEWNET) != 0) _exit(kCannotStart);
  const int output = open(output_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) _exit(kCannotStart);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(kCannotStart);
}

pid_t Spawn(std::vector<std::string> command, const std::string& output_file,
            int network_namespace) {
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) Become(arguments.data(), output_file.c_str(), network_namespace, parent);
  if (child > 0) return child;
  std::perror("fork");
  std::abort();
}

}  // namespace

Process::Process(const std::vector<std::string>& command, std::string output_file,
                 int network_namespace)
    : output_file_(std::move(output_file)), id_(Spawn(command, output_file_, network_namespace)) {}

Process::~Process() {
  if (!ended_) Kill();
}

// A process that has not been waited for keeps its number, so this can hit no other one.
void Process::Signal(int signal) {
  if (!ended_) kill(id_, signal);
}

void Process::Kill() {
  Signal(SIGKILL);
  Wait();
}

void Process::Stop() {
  Signal(SIGSTOP);
  int status = 0;
  if (!ended_ && waitpid(id_, &status, WUNTRACED) == id_ && !WIFSTOPPED(status)) NoteEnd(status);
}

void Process::Continue() { Signal(SIGCONT); }

bool Process::running() { return !Reap(); }

bool Process::Reap() {
  int status = 0;
  if (ended_ || waitpid(id_, &status, WNOHANG) != id_) return ended_.has_value();
  NoteEnd(status);
  return true;
}

void Process::NoteEnd(int status) {
  ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::optional<int> Process::Wait() {
  Eventually([this] { return Reap(); });
  return ended_;
}

std::string Process::Output() const { return ReadFile(output_file_); }

}  // namespace herd::test
