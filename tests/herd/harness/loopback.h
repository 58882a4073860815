// Addresses and ports that no other test of this machine uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "client/net/endpoint.h"

namespace herd::test {

// An address of 127.0.0.0/8 that is this process's own, made from its number; never 127.0.x.y.
std::string PrivateAddress();

// So many different ports that are free on PrivateAddress() now. Only this process's own can take
// them later: what connects to a loopback address does so from 127.0.0.1.
std::vector<std::uint16_t> FreePorts(std::size_t count);

// A connection to that port of PrivateAddress(); -1 and errno if there is none.
int ConnectTo(std::uint16_t port);
// The same to anywhere; the hosts are IPv4 addresses. With `from`, from that address of this
// machine.
int ConnectTo(const client::Endpoint& endpoint, const std::string& from = "");

// A socket that is bound to that port of PrivateAddress(), so that nobody else can have it; with
// port 0, to a free one. Connections to it are refused as long as it does not listen. One thread.
class BoundPort {
 public:
  explicit BoundPort(std::uint16_t port = 0);
  ~BoundPort();
  BoundPort(const BoundPort&) = delete;
  BoundPort& operator=(const BoundPort&) = delete;

  std::uint16_t port() const { return port_; }
  int descriptor() const { return socket_; }

  void Listen();
  // Waits for a connection and closes it at once; false when none comes for long.
  bool AcceptAndClose();

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

}  // namespace herd::test
