#include "tests/simulation/ledger.h"

namespace herd::simulation {

int Ledger::AddRun(int server, const OriginId& id) {
  Lose(server);
  const int run = static_cast<int>(runs_.size());
  if (const auto [known, added] = by_id_.try_emplace(id, run); !added) return known->second;
  runs_.push_back({.id = id});
  return run;
}

int Ledger::Find(const OriginId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? Key::kNoRun : found->second;
}

Sequence Ledger::made(int run) const { return runs_[static_cast<std::size_t>(run)].updates.size(); }

int Ledger::AddClient() { return clients_++; }

Key Ledger::Make(int run, int client, Nanos time) {
  std::vector<Made>& updates = runs_[static_cast<std::size_t>(run)].updates;
  updates.push_back({client, time});
  return {run, updates.size()};
}

const Ledger::Made& Ledger::update(Key key) const {
  return runs_[static_cast<std::size_t>(key.run)].updates[key.sequence - 1];
}

bool Ledger::IsOlder(Key a, Key b) const {
  if (!a || !b) return !a && b;
  if (time(a) != time(b)) return time(a) < time(b);
  return a.run == b.run ? a.sequence < b.sequence : id(a.run) < id(b.run);
}

Key Ledger::held(int server, int client) const {
  const std::vector<Key>& held = held_[static_cast<std::size_t>(server)];
  const auto index = static_cast<std::size_t>(client);
  return index < held.size() ? held[index] : Key();
}

void Ledger::Hold(int server, int client, Key key) {
  std::vector<Key>& held = held_[static_cast<std::size_t>(server)];
  const auto index = static_cast<std::size_t>(client);
  if (index >= held.size()) held.resize(index + 1);
  held[index] = key;
}

}  // namespace herd::simulation
