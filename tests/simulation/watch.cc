#include "tests/simulation/watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace herd::simulation {
namespace {

// Beyond the bound: marks that are not kept apart, and the time to react.
constexpr Nanos kSlack = 20 * kNanosPerMillisecond;

}  // namespace

const char* NameOf(Invariant invariant) {
  switch (invariant) {
    case Invariant::kConverged:
      return "converged";
    case Invariant::kKept:
      return "kept";
    case Invariant::kMonotone:
      return "monotone";
    case Invariant::kOnce:
      return "once";
    case Invariant::kBounded:
      return "bounded";
    case Invariant::kAnswered:
      return "answered";
    case Invariant::kQuiet:
      return "quiet";
    case Invariant::kSound:
      return "sound";
  }
  return "?";
}

Watch::Watch(const Options& options, const EventQueue* queue, Ledger* ledger)
    : options_(options), queue_(queue), ledger_(ledger) {}

void Watch::Violate(Invariant invariant, std::string what) {
  if (!violation_) violation_ = Violation{invariant, queue_->now(), std::move(what)};
}

std::string Watch::Describe(Key key) const {
  if (!key) return "nothing";
  const OriginId& id = ledger_->id(key.run);
  return absl::StrCat("client ", ledger_->client(key), "'s update ", key.sequence, " of ",
                      id.server, "@", id.start_ns);
}

void Watch::OnMade(SimulatedServer* server, const Report& report, Sequence sequence) {
  const Key key = ledger_->Make(server->run(), report.client, report.fix.time);
  if (key.sequence == sequence) return;
  Violate(Invariant::kSound, absl::StrCat(server->own().server, " has made ", key.sequence,
                                          " updates, and numbers this one ", sequence));
}

void Watch::OnHolding(SimulatedServer* server, int client, Key key) {
  const Key before = ledger_->held(server->server(), client);
  if (ledger_->IsOlder(key, before)) {
    Violate(Invariant::kMonotone, absl::StrCat(server->own().server, " went from ",
                                               Describe(before), " back to ", Describe(key)));
  }
  ledger_->Hold(server->server(), client, key);
}

void Watch::OnReceived(SimulatedServer* server, const v1::Packet& packet) {
  if (!packet.has_push()) return;
  for (const v1::Range& range : packet.push().ranges()) {
    counters_.deliveries += static_cast<std::uint64_t>(range.updates_size());
  }
  CheckClaims(server);
}

void Watch::CheckClaims(SimulatedServer* server) {
  server->store().ReadVector(&vector_);
  for (std::size_t i = 0; i < vector_.size(); ++i) {
    const int run = server->RunOf(static_cast<OriginIndex>(i));
    const Sequence made = run == Key::kNoRun ? 0 : ledger_->made(run);
    if (vector_[i] <= made) continue;
    Violate(Invariant::kSound,
            absl::StrCat(server->own().server, " says to have ", vector_[i], " updates of ",
                         server->store().Origin(static_cast<OriginIndex>(i)).server,
                         ", which has made ", made));
  }
}

int Watch::Holders(int client, Key key) const {
  int holders = 0;
  for (int i = 0; i < options_.servers; ++i) {
    holders += ledger_->IsOlder(ledger_->held(i, client), key) ? 0 : 1;
  }
  return holders;
}

Key Watch::NewestHeld(int client) const {
  Key newest;
  for (int i = 0; i < options_.servers; ++i) {
    const Key held = ledger_->held(i, client);
    if (ledger_->IsOlder(newest, held)) newest = held;
  }
  return newest;
}

Watch::Promise& Watch::promise(int client) {
  const auto index = static_cast<std::size_t>(client);
  if (index >= promises_.size()) promises_.resize(index + 1);
  return promises_[index];
}

Key Watch::promised(int client) const {
  const auto index = static_cast<std::size_t>(client);
  return index < promises_.size() ? promises_[index].key : Key();
}

void Watch::OnReply(SimulatedServer* server, Key key, Nanos reported_at,
                    const std::vector<int>& in_sync) {
  const int client = ledger_->client(key);
  const Nanos waited = queue_->now() - reported_at;
  ++counters_.replies;
  counters_.longest_wait = std::max(counters_.longest_wait, waited);
  if (waited > options_.in_sync_bound + kSlack) {
    Violate(Invariant::kAnswered,
            absl::StrCat(server->own().server, " answered after ", waited / kNanosPerMillisecond,
                         " ms: ", Describe(key)));
  }
  // What another server's update has superseded somewhere is not sent on from there, and the other
  // one may be on its way to the neighbour still.
  const bool is_promised = options_.ack_neighbors && NewestHeld(client) == key;
  for (const int neighbor : is_promised ? in_sync : std::vector<int>()) {
    if (!ledger_->IsOlder(ledger_->held(neighbor, client), key)) continue;
    Violate(Invariant::kKept,
            absl::StrCat(server->own().server, " answered, and its neighbor ", neighbor,
                         ", in sync, has ", Describe(ledger_->held(neighbor, client)), " of ",
                         Describe(key)));
  }
  // Who answers alone, or has lost its neighbour since, cannot promise anything.
  if (options_.ack_neighbors && Holders(client, key) < 2) return;
  if (ledger_->IsOlder(promised(client), key)) promise(client) = {key, gone_};
}

void Watch::OnGone(int server, bool left) {
  std::vector<Key> lost;
  for (int i = 0; i < ledger_->clients(); ++i) lost.push_back(ledger_->held(server, i));
  ledger_->Lose(server);
  for (int i = 0; i < ledger_->clients(); ++i) {
    if (promised(i)) CheckPromise(i, lost[static_cast<std::size_t>(i)], server, left);
  }
  ++gone_;
}

void Watch::CheckPromise(int client, Key key, int server, bool left) {
  Promise& it = promise(client);
  if (ledger_->IsOlder(key, it.key) || Holders(client, it.key) > 0) return;
  if (left || (options_.ack_neighbors && it.gone == gone_)) {
    Violate(Invariant::kKept,
            absl::StrCat("server ", server, left ? " left" : " crashed", " and took with it ",
                         Describe(it.key), ", which was acknowledged"));
  }
  it.key = NewestHeld(client);
}

void Watch::OnSettled() {
  gone_ = 0;
  for (int i = 0; i < ledger_->clients(); ++i) promise(i) = {NewestHeld(i), 0};
}

}  // namespace herd::simulation
