// A herd in memory: the production's stores and floods, and queues of serialized messages between
// them. Which message moves next is drawn from a seed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/peer/flood.h"
#include "server/state/store.h"

namespace herd::peer {

// Pairs of names.
using Edges = std::vector<std::pair<std::string, std::string>>;

Edges Line(int servers);
Edges Ring(int servers);
Edges Star(int servers);
Edges FullMesh(int servers);
Edges DefaultHerd();

class Network {
 public:
  // All servers run, no edge is up.
  Network(const Edges& edges, std::uint64_t seed);

  void Connect(const std::string& a, const std::string& b);
  void ConnectAll();
  // What is under way between them is lost.
  void Disconnect(const std::string& a, const std::string& b);
  // The server is killed, and comes back as a new run with an empty store and no edge up.
  void Restart(const std::string& server);

  // Makes a random part of what can be done, in random order, while a little time passes.
  void RunSome(int steps);
  // Until nothing is left to be done, also not later. Aborts the test if that does not end.
  void RunUntilQuiet();

  Store& store(const std::string& server) { return *servers_.at(server).store; }
  Flood& flood(const std::string& server) { return *servers_.at(server).flood; }
  // The place of a neighbour among those of a server, as its flood counts them.
  std::size_t Index(const std::string& at, const std::string& neighbor) const;
  const OutboundLink& outbound(const std::string& from, const std::string& to);
  const InboundLink& inbound(const std::string& at, const std::string& from);

  // Updates that have been delivered over all links, and over this one, since the start.
  std::uint64_t delivered() const;
  std::uint64_t delivered(const std::string& from, const std::string& to) const;

  const std::vector<std::string>& names() const { return names_; }
  bool connected(const std::string& a, const std::string& b) const;

  // All stores have equal vectors and give equal answers for these clients; nothing lags.
  void ExpectAllEqual(const std::set<std::string>& client_ids);

  // A packet is put at the back of what is under way, or the one at its front arrives. False: none.
  bool Send(const std::string& from, const std::string& to);
  bool Deliver(const std::string& from, const std::string& to);

 private:
  struct Server {
    OriginId own;
    std::vector<std::string> neighbors;
    std::unique_ptr<Store> store;
    std::unique_ptr<Flood> flood;
  };
  // One direction of a link.
  struct Lane {
    bool connected = false;
    std::deque<std::string> packets;
    std::uint64_t delivered = 0;
  };
  using Direction = std::pair<std::string, std::string>;

  void Start(const std::string& server);
  void Open(const Direction& direction);
  void Close(const Direction& direction);
  bool Step(const Direction& direction, std::uint64_t kind);
  bool AdvanceClock();
  std::map<OriginId, Sequence> VectorByOrigin(const std::string& server);

  std::mt19937_64 random_;
  Nanos now_ = 0;
  std::uint64_t starts_ = 0;
  std::map<std::string, Server> servers_;
  std::map<Direction, Lane> lanes_;
  std::vector<std::string> names_;
  std::vector<Direction> directions_;
};

}  // namespace herd::peer
