#include "tests/herd/harness/network.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/herd/harness/process.h"

namespace herd::test {
namespace {

constexpr char kIp[] = "/usr/sbin/ip";
constexpr char kNft[] = "/usr/sbin/nft";
constexpr char kPrefix[] = "10.77.0.";
constexpr int kFirstHost = 11;

// A reset has to pass, or nobody would be refused anything.
constexpr char kRules[] = R"(
table inet herd {
  set dropped { type ipv4_addr; }
  set refused { type ipv4_addr; }
  chain input {
    type filter hook input priority 0; policy accept;
    ip saddr @dropped drop
    ip saddr @refused tcp flags & rst != rst reject with tcp reset
  }
}
)";

bool entered = false;

// For a user who is not root: root in a world of its own, and the same user outside.
bool BecomeRootInside(uid_t user, gid_t group) {
  const auto write = [](const char* path, const std::string& text) {
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    const bool written = file >= 0 && ::write(file, text.data(), text.size()) > 0;
    if (file >= 0) close(file);
    return written;
  };
  return write("/proc/self/setgroups", "deny") &&
         write("/proc/self/uid_map", absl::StrCat("0 ", user, " 1")) &&
         write("/proc/self/gid_map", absl::StrCat("0 ", group, " 1"));
}

bool MoveOut() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(CLONE_NEWNET) == 0) return true;
  return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && BecomeRootInside(user, group);
}

const char* WhyNot() {
  if (access(kIp, X_OK) != 0) return "the program ip (Debian's iproute2) is missing";
  if (access(kNft, X_OK) != 0) return "the program nft (Debian's nftables) is missing";
  return MoveOut() ? nullptr : strerror(errno);
}

// A thread of its own gets it, and is gone again: the namespace stays as long as the descriptor.
int NewNamespace() {
  int descriptor = -1;
  std::thread([&] {
    if (unshare(CLONE_NEWNET) == 0)
      descriptor = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  }).join();
  if (descriptor >= 0) return descriptor;
  std::perror("a network namespace");
  std::abort();
}

}  // namespace

void Network::Enter() {
  const char* const why_not = WhyNot();
  entered = why_not == nullptr;
  if (entered) {
    Process({kIp, "link", "set", "lo", "up"}, "/dev/null").Wait();
    std::cout << "each server runs in a network namespace of its own\n";
  } else {
    std::cout << "the servers run on loopback, where no packet is lost: " << why_not << "\n";
  }
}

Network::Network(const std::vector<std::string>& hosts) : real_(entered) {
  if (!real_) return;
  Run({kIp, "link", "add", "herd", "type", "bridge"}, Process::kOwnNetwork);
  Run({kIp, "address", "add", absl::StrCat(kPrefix, "1/24"), "dev", "herd"}, Process::kOwnNetwork);
  Run({kIp, "link", "set", "herd", "up"}, Process::kOwnNetwork);
  int number = kFirstHost;
  for (const std::string& host : hosts) AddHost(host, number++);
}

Network::~Network() {
  if (!real_) return;
  Run({kIp, "link", "delete", "herd"}, Process::kOwnNetwork);
  for (const auto& [name, host] : hosts_) {
    Run({kIp, "link", "delete", "eth0"}, host.descriptor);
    close(host.descriptor);
  }
}

void Network::AddHost(const std::string& name, int number) {
  const Host host{NewNamespace(), absl::StrCat(kPrefix, number)};
  hosts_[name] = host;
  const std::string port = absl::StrCat("port", number);
  const std::string there = absl::StrCat("/proc/", getpid(), "/fd/", host.descriptor);
  Run({kIp, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", there},
      Process::kOwnNetwork);
  Run({kIp, "link", "set", port, "master", "herd", "up"}, Process::kOwnNetwork);
  Run({kIp, "address", "add", host.address + "/24", "dev", "eth0"}, host.descriptor);
  Run({kIp, "link", "set", "eth0", "up"}, host.descriptor);
  Run({kIp, "link", "set", "lo", "up"}, host.descriptor);
  Filter(name, kRules);
}

int Network::Namespace(const std::string& host) const {
  return real_ ? hosts_.at(host).descriptor : Process::kOwnNetwork;
}

std::string Network::Change(std::string_view verb, std::string_view set,
                            const std::string& from) const {
  return absl::StrCat(std::string(verb), " element inet herd ", std::string(set), " { ",
                      Address(from), " }\n");
}

void Network::Break(const std::string& one, const std::string& other, Fault fault) const {
  Heal(one, other);
  const char* const set = fault == Fault::kRefuse ? "refused" : "dropped";
  Filter(other, Change("add", set, one));
  if (fault != Fault::kDropOneWay) Filter(one, Change("add", set, other));
}

void Network::Heal(const std::string& one, const std::string& other) const {
  const auto let_through = [this](const std::string& from, const std::string& to) {
    std::string rules;
    for (const char* const set : {"dropped", "refused"}) {
      // Added first, since what is not there cannot be deleted.
      rules += Change("add", set, from) + Change("delete", set, from);
    }
    Filter(to, rules);
  };
  let_through(one, other);
  let_through(other, one);
}

void Network::HealAll() const {
  for (const auto& [name, host] : hosts_) {
    Filter(name, "flush set inet herd dropped\nflush set inet herd refused\n");
  }
}

void Network::Filter(const std::string& host, const std::string& rules) const {
  const std::string file = directory_.File("rules");
  WriteFile(file, rules);
  Run({kNft, "-f", file}, hosts_.at(host).descriptor);
}

void Network::Run(const std::vector<std::string>& command, int where) const {
  const std::string output = directory_.File("output");
  Process process(command, output, where);
  if (process.Wait() == 0) return;
  std::cerr << command[0] << " failed: " << ReadFile(output);
  std::abort();
}

std::string_view Describe(Network::Fault fault) {
  switch (fault) {
    case Network::Fault::kDrop:
      return "drop";
    case Network::Fault::kDropOneWay:
      return "drop one way";
    case Network::Fault::kRefuse:
      return "refuse";
  }
  return "";
}

}  // namespace herd::test
