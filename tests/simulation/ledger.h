// What is true, as nobody in the herd can know it: every update ever made, and who holds what.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "server/state/store.h"

namespace herd::simulation {

// An update: of which run, and its number there.
struct Key {
  static constexpr int kNoRun = -1;

  int run = kNoRun;
  Sequence sequence = 0;

  explicit operator bool() const { return run != kNoRun; }
  friend bool operator==(const Key&, const Key&) = default;
};

class Ledger {
 public:
  explicit Ledger(int servers) : held_(static_cast<std::size_t>(servers)) {}

  // A run of a server begins, with an empty map.
  int AddRun(int server, const OriginId& id);
  const OriginId& id(int run) const { return runs_[static_cast<std::size_t>(run)].id; }
  // Key::kNoRun: there has been no such run.
  int Find(const OriginId& id) const;
  // How many updates that run has made.
  Sequence made(int run) const;

  int AddClient();
  int clients() const { return clients_; }

  // That run has made its next update.
  Key Make(int run, int client, Nanos time);
  int client(Key key) const { return update(key).client; }
  Nanos time(Key key) const { return update(key).time; }
  // In the order that propagate.proto states. No update is older than any.
  bool IsOlder(Key a, Key b) const;

  // What a server holds of a client, as last noted.
  Key held(int server, int client) const;
  void Hold(int server, int client, Key key);
  // Everything that the server held is gone.
  void Lose(int server) { held_[static_cast<std::size_t>(server)].clear(); }

 private:
  struct Made {
    int client;
    Nanos time;
  };
  struct Run {
    OriginId id;
    std::vector<Made> updates;  // by number, from 1
  };

  const Made& update(Key key) const;

  std::vector<Run> runs_;
  std::map<OriginId, int> by_id_;
  std::vector<std::vector<Key>> held_;  // by server, by client
  int clients_ = 0;
};

}  // namespace herd::simulation
