// The hosts that a test herd's servers run on, and the faults of the wires between them.
//
// Each host is a network namespace of its own, joined to the others by a bridge in a namespace that
// only this process and what it starts can see: nothing clashes with another run, and the kernel
// takes all of it away when the process ends, however that happens. That needs root, or a kernel on
// which anybody may have namespaces. Elsewhere all hosts are this machine's loopback, the wires
// have no faults, and Enter says so.
//
// Belongs to the main thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/herd/harness/files.h"

namespace herd::test {

class Network {
 public:
  enum class Fault {
    kDrop,        // what either sends the other is lost, and nobody is told
    kDropOneWay,  // only what the first sends the second is
    kRefuse,      // each answers the other with a TCP reset
  };

  // Moves this process out of the machine's network into one of its own, if that can be; says
  // which on standard output. To be called before there is a second thread, once.
  static void Enter();

  // There may be one at a time. The process has entered.
  explicit Network(const std::vector<std::string>& hosts);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // Hosts and wires of its own, so that there can be faults.
  bool is_real() const { return real_; }
  // Of a network that is real.
  std::string Address(const std::string& host) const { return hosts_.at(host).address; }
  // Where a process has to be to run on that host; Process::kOwnNetwork in one that is not real.
  int Namespace(const std::string& host) const;

  // From now on, until it is healed or broken otherwise. The network is real.
  void Break(const std::string& one, const std::string& other, Fault fault) const;
  void Heal(const std::string& one, const std::string& other) const;
  void HealAll() const;

 private:
  struct Host {
    int descriptor = -1;
    std::string address;
  };

  void AddHost(const std::string& name, int number);
  // The command that takes that host's packets out of that set of addresses, and puts them in.
  std::string Change(std::string_view verb, std::string_view set, const std::string& from) const;
  void Filter(const std::string& host, const std::string& rules) const;
  // Aborts with what the program said if it fails.
  void Run(const std::vector<std::string>& command, int where) const;

  const bool real_;
  const TempDir directory_;
  std::map<std::string, Host> hosts_;
};

std::string_view Describe(Network::Fault fault);

}  // namespace herd::test
