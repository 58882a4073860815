#include "tests/simulation/final_check.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace herd::simulation {
namespace {

std::map<OriginId, Sequence> VectorOf(SimulatedServer* server) {
  VersionVector vector;
  server->store().ReadVector(&vector);
  std::map<OriginId, Sequence> by_origin;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] > 0) by_origin[server->store().Origin(static_cast<OriginIndex>(i))] = vector[i];
  }
  return by_origin;
}

// All that the store would hand on, by client.
std::map<int, Key> MapOf(SimulatedServer* server) {
  std::map<int, Key> map;
  for (std::size_t i = 0; i < server->store().origins(); ++i) {
    const auto origin = static_cast<OriginIndex>(i);
    const int run = server->RunOf(origin);
    server->store().Collect(origin, 0, [&](const Update& update) {
      map[ClientOf(update.client_id)] = {run, update.sequence};
      return true;
    });
  }
  return map;
}

std::string Difference(const std::map<OriginId, Sequence>& a,
                       const std::map<OriginId, Sequence>& b) {
  for (const auto* each : {&a, &b}) {
    for (const auto& [id, through] : *each) {
      const auto in_a = a.find(id), in_b = b.find(id);
      const Sequence at_a = in_a == a.end() ? 0 : in_a->second;
      const Sequence at_b = in_b == b.end() ? 0 : in_b->second;
      if (at_a != at_b) {
        return absl::StrCat(id.server, "@", id.start_ns, " through ", at_a, " and ", at_b);
      }
    }
  }
  return "";
}

class Checker {
 public:
  Checker(SimulatedHerd* herd, const Ledger& ledger, Watch* watch)
      : herd_(herd), ledger_(ledger), watch_(watch) {}

  void Check() {
    const std::vector<std::vector<int>> components = Components(herd_);
    for (const std::vector<int>& component : components) CheckComponent(component);
    for (int client = 0; client < ledger_.clients(); ++client) CheckPromise(client, components);
  }

 private:
  void CheckComponent(const std::vector<int>& component) {
    SimulatedServer* const first = herd_->run(component[0]);
    const std::map<OriginId, Sequence> vector = VectorOf(first);
    const std::map<int, Key> map = MapOf(first);
    for (const int server : component) {
      SimulatedServer* const run = herd_->run(server);
      CheckAlone(run);
      if (server == component[0]) continue;
      if (const std::string differs = Difference(vector, VectorOf(run)); !differs.empty()) {
        Violate(Invariant::kConverged, run, "and ", first->own().server, " have ", differs);
      }
      CompareMaps(first, map, run);
    }
  }

  void CompareMaps(SimulatedServer* first, const std::map<int, Key>& map, SimulatedServer* run) {
    const std::map<int, Key> other = MapOf(run);
    for (int client = 0; client < ledger_.clients(); ++client) {
      const auto find = [&](const std::map<int, Key>& in) {
        const auto found = in.find(client);
        return found == in.end() ? Key() : found->second;
      };
      if (find(map) == find(other)) continue;
      Violate(Invariant::kConverged, run, "has ", watch_->Describe(find(other)), ", and ",
              first->own().server, " has ", watch_->Describe(find(map)));
    }
  }

  void CheckAlone(SimulatedServer* run) {
    if (run->waiting() > 0) {
      Violate(Invariant::kAnswered, run, "still owes ", run->waiting(), " replies");
    }
    const std::map<int, Key> map = MapOf(run);
    for (int client = 0; client < ledger_.clients(); ++client) {
      const auto found = map.find(client);
      const Key key = found == map.end() ? Key() : found->second;
      if (key == ledger_.held(run->server(), client)) continue;
      Violate(Invariant::kSound, run, "would hand on ", watch_->Describe(key), " and holds ",
              watch_->Describe(ledger_.held(run->server(), client)));
    }
    CheckMemory(run);
  }

  void CheckMemory(SimulatedServer* run) {
    constexpr std::size_t kTwoBlocks = 2 * UpdateLog::kBlockEntries;
    const std::size_t most = 3 * run->store().clients() + kTwoBlocks * run->store().origins();
    if (run->store().log_length() <= most) return;
    Violate(Invariant::kBounded, run, "keeps ", run->store().log_length(), " log entries for ",
            run->store().clients(), " clients of ", run->store().origins(), " origins");
  }

  void CheckPromise(int client, const std::vector<std::vector<int>>& components) {
    const Key promised = watch_->promised(client);
    if (!promised) return;
    for (const std::vector<int>& component : components) {
      const bool kept = std::all_of(component.begin(), component.end(), [&](int server) {
        return !ledger_.IsOlder(ledger_.held(server, client), promised);
      });
      if (kept) return;
    }
    watch_->Violate(Invariant::kKept, absl::StrCat("not everybody has ", watch_->Describe(promised),
                                                   ", which was acknowledged"));
  }

  template <typename... Parts>
  void Violate(Invariant invariant, SimulatedServer* run, const Parts&... parts) {
    watch_->Violate(invariant, absl::StrCat(run->own().server, " ", parts...));
  }

  SimulatedHerd* const herd_;
  const Ledger& ledger_;
  Watch* const watch_;
};

}  // namespace

std::vector<std::vector<int>> Components(SimulatedHerd* herd) {
  std::vector<std::vector<int>> components;
  std::vector<bool> seen(static_cast<std::size_t>(herd->servers()));
  for (int start = 0; start < herd->servers(); ++start) {
    if (!herd->IsUp(start) || seen[static_cast<std::size_t>(start)]) continue;
    std::vector<int>& component = components.emplace_back();
    component.push_back(start);
    seen[static_cast<std::size_t>(start)] = true;
    for (std::size_t i = 0; i < component.size(); ++i) {
      for (const int next : herd->graph().neighbors[static_cast<std::size_t>(component[i])]) {
        if (!herd->IsUp(next) || seen[static_cast<std::size_t>(next)]) continue;
        seen[static_cast<std::size_t>(next)] = true;
        component.push_back(next);
      }
    }
  }
  return components;
}

void CheckAtRest(SimulatedHerd* herd, const Ledger& ledger, Watch* watch) {
  Checker(herd, ledger, watch).Check();
}

}  // namespace herd::simulation
