#include "tests/server/peer/network.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/server/peer/reports.h"

namespace herd::peer {
namespace {

// Long enough that what is said at leisure gets its turn within some hundred steps.
constexpr std::uint64_t kMostNanosPerStep = 2 * kNanosPerMillisecond;

void TakeEarlier(std::optional<Nanos> other, std::optional<Nanos>* earliest) {
  if (other && (!*earliest || *other < **earliest)) *earliest = other;
}

std::string Name(int number) { return absl::StrCat("server", number); }

}  // namespace

Edges Line(int servers) {
  Edges edges;
  for (int i = 1; i < servers; ++i) edges.emplace_back(Name(i - 1), Name(i));
  return edges;
}

Edges Ring(int servers) {
  Edges edges = Line(servers);
  edges.emplace_back(Name(servers - 1), Name(0));
  return edges;
}

Edges Star(int servers) {
  Edges edges;
  for (int i = 1; i < servers; ++i) edges.emplace_back(Name(0), Name(i));
  return edges;
}

Edges FullMesh(int servers) {
  Edges edges;
  for (int i = 0; i < servers; ++i) {
    for (int j = 0; j < i; ++j) edges.emplace_back(Name(j), Name(i));
  }
  return edges;
}

Edges DefaultHerd() {
  return {{"Goloman", "Hands"}, {"Goloman", "Holiday"}, {"Goloman", "Wilkes"},
          {"Hands", "Wilkes"},  {"Holiday", "Welsh"},   {"Holiday", "Wilkes"}};
}

Network::Network(const Edges& edges, std::uint64_t seed) : random_(seed) {
  for (const auto& [a, b] : edges) {
    servers_[a].neighbors.push_back(b);
    servers_[b].neighbors.push_back(a);
    for (const Direction& direction : {Direction(a, b), Direction(b, a)}) {
      lanes_[direction];
      directions_.push_back(direction);
    }
  }
  for (const auto& [name, server] : servers_) names_.push_back(name);
  for (const std::string& name : names_) Start(name);
}

void Network::Start(const std::string& server) {
  Server& it = servers_.at(server);
  it.own = {server, ++starts_};
  it.flood.reset();
  it.store = std::make_unique<Store>(it.own);
  it.flood = std::make_unique<Flood>(it.store.get(), it.own, it.neighbors, Flood::Options());
}

void Network::Connect(const std::string& a, const std::string& b) {
  Disconnect(a, b);
  Open({a, b});
  Open({b, a});
}

void Network::Open(const Direction& direction) {
  const auto& [from, to] = direction;
  lanes_.at(direction).connected = true;
  // Who is called opens his end when the caller's hello comes.
  const std::size_t neighbor = Index(from, to);
  if (flood(from).IsForUsToCall(neighbor)) flood(from).Open(neighbor);
}

void Network::ConnectAll() {
  for (const auto& [a, b] : directions_) {
    if (!connected(a, b)) Connect(a, b);
  }
}

void Network::Disconnect(const std::string& a, const std::string& b) {
  Close({a, b});
  Close({b, a});
}

void Network::Close(const Direction& direction) {
  const auto& [from, to] = direction;
  lanes_.at(direction).connected = false;
  lanes_.at(direction).packets.clear();
  flood(from).Close(Index(from, to));
}

void Network::Restart(const std::string& server) {
  for (const std::string& neighbor : servers_.at(server).neighbors) Disconnect(server, neighbor);
  Start(server);
}

std::size_t Network::Index(const std::string& at, const std::string& neighbor) const {
  const std::vector<std::string>& neighbors = servers_.at(at).neighbors;
  const auto found = std::find(neighbors.begin(), neighbors.end(), neighbor);
  return static_cast<std::size_t>(found - neighbors.begin());
}

const OutboundLink& Network::outbound(const std::string& from, const std::string& to) {
  return flood(from).outbound(Index(from, to));
}

const InboundLink& Network::inbound(const std::string& at, const std::string& from) {
  return flood(at).inbound(Index(at, from));
}

bool Network::Send(const std::string& from, const std::string& to) {
  v1::Packet packet;
  flood(from).Advance(now_);
  if (!flood(from).NextPacket(Index(from, to), now_, &packet)) return false;
  lanes_.at({from, to}).packets.push_back(packet.SerializeAsString());
  return true;
}

bool Network::Deliver(const std::string& from, const std::string& to) {
  Lane& lane = lanes_.at({from, to});
  if (lane.packets.empty()) return false;
  v1::Packet packet;
  EXPECT_TRUE(packet.ParseFromString(lane.packets.front()));
  lane.packets.pop_front();
  const std::size_t neighbor = Index(to, from);
  const bool is_call = packet.push().has_hello() && !flood(to).IsForUsToCall(neighbor);
  if (is_call) flood(to).Open(neighbor);
  for (const v1::Range& range : packet.push().ranges()) {
    lane.delivered += static_cast<std::uint64_t>(range.updates_size());
  }
  const absl::Status status = flood(to).OnPacket(neighbor, packet, now_);
  EXPECT_TRUE(status.ok()) << status;
  return true;
}

bool Network::Step(const Direction& direction, std::uint64_t kind) {
  const auto& [from, to] = direction;
  return kind % 2 == 0 ? Send(from, to) : Deliver(from, to);
}

void Network::RunSome(int steps) {
  for (int i = 0; i < steps; ++i) {
    Step(directions_[random_() % directions_.size()], random_());
    now_ += static_cast<Nanos>(random_() % kMostNanosPerStep);
  }
}

bool Network::AdvanceClock() {
  std::optional<Nanos> next;
  for (const std::string& name : names_) {
    flood(name).Advance(now_);
    TakeEarlier(flood(name).AdvanceDeadline(), &next);
    for (std::size_t i = 0; i < flood(name).neighbors(); ++i) {
      TakeEarlier(flood(name).PacketDeadline(i), &next);
    }
  }
  if (!next) return false;
  now_ = std::max(now_, *next);
  return true;
}

void Network::RunUntilQuiet() {
  for (int round = 0; round < 1'000'000; ++round) {
    bool moved = false;
    std::shuffle(directions_.begin(), directions_.end(), random_);
    const std::uint64_t first = random_();
    for (const Direction& direction : directions_) {
      for (std::uint64_t kind = 0; kind < 2; ++kind) moved |= Step(direction, first + kind);
    }
    if (!moved && !AdvanceClock()) return;
  }
  FAIL() << "the herd does not come to rest";
}

std::uint64_t Network::delivered() const {
  std::uint64_t sum = 0;
  for (const auto& [direction, lane] : lanes_) sum += lane.delivered;
  return sum;
}

std::uint64_t Network::delivered(const std::string& from, const std::string& to) const {
  return lanes_.at({from, to}).delivered;
}

bool Network::connected(const std::string& a, const std::string& b) const {
  return lanes_.at({a, b}).connected;
}

std::map<OriginId, Sequence> Network::VectorByOrigin(const std::string& server) {
  std::map<OriginId, Sequence> by_origin;
  const VersionVector vector = Vector(store(server));
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] != 0) by_origin[store(server).Origin(static_cast<OriginIndex>(i))] = vector[i];
  }
  return by_origin;
}

void Network::ExpectAllEqual(const std::set<std::string>& client_ids) {
  for (const std::string& name : names_) {
    ASSERT_EQ(VectorByOrigin(name), VectorByOrigin(names_[0])) << name << " and " << names_[0];
    ASSERT_EQ(store(name).clients(), client_ids.size()) << name;
    for (const std::string& id : client_ids) {
      ASSERT_EQ(Lookup(store(name), id), Lookup(store(names_[0]), id))
          << id << " at " << name << " and " << names_[0];
    }
  }
  for (const auto& [from, to] : directions_) {
    if (!connected(from, to)) continue;
    ASSERT_TRUE(outbound(from, to).up()) << from << " to " << to;
    ASSERT_EQ(outbound(from, to).Lag(Vector(store(from))), 0u) << from << " to " << to;
  }
}

}  // namespace herd::peer
