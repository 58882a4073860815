#include "tests/simulation/simulated_herd.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/describe.h"

namespace herd::simulation {
namespace {

constexpr Nanos kEpoch = 1'700'000'000 * kNanosPerSecond;
constexpr Nanos kMostClockError = 2 * kNanosPerSecond;

// As in calling_stream.cc and channel_arguments.h.
constexpr Nanos kFirstPause = 50 * kNanosPerMillisecond;
constexpr Nanos kLastingLink = 2 * kNanosPerSecond;
constexpr Nanos kReconnect = 1100 * kNanosPerMillisecond;
constexpr Nanos kKeepalive = kNanosPerSecond;

}  // namespace

SimulatedHerd::SimulatedHerd(const Options& options, std::uint64_t seed, EventQueue* queue,
                             Trace* trace, Ledger* ledger, Watch* watch)
    : options_(options),
      random_(seed),
      queue_(queue),
      trace_(trace),
      ledger_(ledger),
      watch_(watch),
      surroundings_{.queue = queue,
                    .random = &random_,
                    .mutation = options.mutation,
                    .window = options.window},
      sites_(static_cast<std::size_t>(servers())) {
  for (int i = 0; i < servers(); ++i) {
    Site& it = site(i);
    const std::vector<int>& neighbors = graph().neighbors[static_cast<std::size_t>(i)];
    it.links.resize(neighbors.size());
    it.paths.resize(neighbors.size(), {options.least_delay, options.most_delay});
    it.clock = random_.Between(-kMostClockError, kMostClockError);
  }
}

int SimulatedHerd::Neighbor(int server, std::size_t neighbor) const {
  return graph().neighbors[static_cast<std::size_t>(server)][neighbor];
}

std::size_t SimulatedHerd::PlaceOf(int neighbor, int server) const {
  const std::vector<int>& neighbors = graph().neighbors[static_cast<std::size_t>(server)];
  const auto found = std::find(neighbors.begin(), neighbors.end(), neighbor);
  return static_cast<std::size_t>(found - neighbors.begin());
}

// --- servers
// --------------------------------------------------------------------------------------

OriginId SimulatedHerd::NextRun(int server) {
  OriginId id{name(server),
              static_cast<std::uint64_t>(kEpoch + queue_->now() + site(server).clock)};
  if (options_.mutation == Mutation::kComesBackAsTheSameRun) id.start_ns = kEpoch;
  return id;
}

void SimulatedHerd::Start(int server) {
  Site& it = site(server);
  if (it.run != nullptr) return;
  Note("starts", server);
  const bool ack_local = options_.ack_local.contains(server);
  SimulatedServer::Options options{.server = server,
                                   .own = NextRun(server),
                                   .ack_neighbors = options_.ack_neighbors && !ack_local,
                                   .gather = ack_local ? peer::Flood::kGather : options_.gather,
                                   .reaction = options_.reaction};
  options.run = ledger_->AddRun(server, options.own);
  for (const int neighbor : graph().neighbors[static_cast<std::size_t>(server)]) {
    options.neighbors.push_back(name(neighbor));
  }
  SimulatedServer::Host* const host = this;
  runs_.push_back(std::make_unique<SimulatedServer>(options, surroundings_, ledger_, host));
  it.run = runs_.back().get();
  for (std::size_t i = 0; i < it.links.size(); ++i) {
    it.links[i] = {.streams = std::move(it.links[i].streams)};
    if (!it.run->flood().IsForUsToCall(i)) continue;
    ConnectAfter(random_.Between(0, options_.most_delay), server, i);
  }
  LetConnect(server);
}

void SimulatedHerd::Crash(int server, bool told) {
  SimulatedServer* const crashed = run(server);
  if (crashed == nullptr) return;
  Note(told ? "is killed" : "loses power", server);
  site(server).run = nullptr;
  crashed->Crash(told);
  watch_->OnGone(server, false);
  if (told) return;
  for (std::size_t i = 0; i < NeighborsOf(server); ++i) {
    ForEachStream(server, Neighbor(server, i), [&](const auto& stream, int caller) {
      const Stream::Side other = caller == server ? Stream::kCallee : Stream::kCaller;
      GiveUpLater(stream, other, nullptr);
    });
  }
}

void SimulatedHerd::Leave(int server) {
  if (run(server) == nullptr || run(server)->leaving() || run(server)->paused()) return;
  Note("is asked to leave", server);
  run(server)->Leave();
}

void SimulatedHerd::OnLeft(SimulatedServer* server, bool in_time) {
  Note(in_time ? "has left" : "goes without having handed over all", server->server());
  const bool has_heir = HasHeir(*server);
  site(server->server()).run = nullptr;
  server->Stop();
  watch_->OnGone(server->server(), in_time && has_heir);
}

bool SimulatedHerd::HasHeir(const SimulatedServer& server) {
  for (std::size_t i = 0; i < NeighborsOf(server.server()); ++i) {
    const SimulatedServer* const neighbor = run(Neighbor(server.server(), i));
    if (neighbor == nullptr || neighbor->leaving()) continue;
    if (server.flood().outbound(i).up() && server.RunOfNeighbor(i) == neighbor->run()) return true;
  }
  return false;
}

void SimulatedHerd::Pause(int server) {
  if (run(server) == nullptr || run(server)->paused()) return;
  Note("is stopped", server);
  run(server)->Pause();
  for (std::size_t i = 0; i < NeighborsOf(server); ++i) {
    ForEachStream(server, Neighbor(server, i), [&](const auto& stream, int caller) {
      const Stream::Side other = caller == server ? Stream::kCallee : Stream::kCaller;
      GiveUpLater(stream, other, nullptr);
    });
  }
}

void SimulatedHerd::Continue(int server) {
  if (run(server) == nullptr || !run(server)->paused()) return;
  Note("goes on", server);
  run(server)->Continue();
  for (std::size_t i = 0; i < NeighborsOf(server); ++i) {
    ForEachStream(server, Neighbor(server, i), [](const auto& stream, int) { stream->Resume(); });
  }
  LetConnect(server);
}

// --- links
// ----------------------------------------------------------------------------------------

bool SimulatedHerd::CanConnect(int server, std::size_t neighbor) {
  const int other = Neighbor(server, neighbor);
  const auto listens = [](const SimulatedServer* run) { return run != nullptr && !run->paused(); };
  return listens(run(server)) && listens(run(other)) && !path(server, other).silent &&
         !path(other, server).silent;
}

void SimulatedHerd::ConnectAfter(Nanos delay, int server, std::size_t neighbor) {
  site(server).links[neighbor].waits = false;
  queue_->After(delay, [this, server, neighbor, caller = run(server)] {
    if (run(server) == caller) TryToConnect(server, neighbor);
  });
}

void SimulatedHerd::TryToConnect(int server, std::size_t neighbor) {
  if (!CanConnect(server, neighbor)) {
    site(server).links[neighbor].waits = true;
    return;
  }
  const Path& there = path(server, Neighbor(server, neighbor));
  queue_->After(2 * there.most, [this, server, neighbor, caller = run(server)] {
    if (run(server) == caller) Connect(server, neighbor);
  });
}

void SimulatedHerd::Connect(int server, std::size_t neighbor) {
  Link& link = site(server).links[neighbor];
  if (!CanConnect(server, neighbor)) {
    link.waits = true;
    return;
  }
  const int other = Neighbor(server, neighbor);
  std::erase_if(link.streams, [](const auto& stream) { return stream->is_over(); });
  Note("connects to", server, other);
  link.streams.push_back(
      run(server)->Call(neighbor, run(other), &path(server, other), &path(other, server)));
}

void SimulatedHerd::LetConnect(int server) {
  for (std::size_t i = 0; i < NeighborsOf(server); ++i) {
    const int other = Neighbor(server, i);
    const std::size_t place = PlaceOf(server, other);
    for (const auto& [at, neighbor] : {std::pair(server, i), std::pair(other, place)}) {
      if (!site(at).links[neighbor].waits || run(at) == nullptr) continue;
      ConnectAfter(random_.Between(0, std::min(kReconnect, 2 * options_.longest_pause)), at,
                   neighbor);
    }
  }
}

void SimulatedHerd::OnLinkEnded(SimulatedServer* server, std::size_t neighbor, Nanos up_for) {
  const int at = server->server();
  Note("has lost the link to", at, Neighbor(at, neighbor));
  Link& link = site(at).links[neighbor];
  if (up_for > kLastingLink) link.failures = 0;
  const Nanos pause = std::min(options_.longest_pause, kFirstPause << std::min(link.failures, 5));
  ++link.failures;
  ConnectAfter(random_.Between(pause / 2, pause), at, neighbor);
}

template <typename Do>
void SimulatedHerd::ForEachStream(int a, int b, Do call) {
  for (const auto& [caller, callee] : {std::pair(a, b), std::pair(b, a)}) {
    // A copy, since a call may end streams, and begin others.
    const std::vector<std::shared_ptr<Stream>> streams =
        site(caller).links[PlaceOf(callee, caller)].streams;
    for (const std::shared_ptr<Stream>& stream : streams) call(stream, caller);
  }
}

void SimulatedHerd::GiveUpLater(const std::shared_ptr<Stream>& stream, Stream::Side side,
                                const Path* silent) {
  const Nanos delay = random_.Between(kKeepalive, 2 * kKeepalive);
  const int silences = silent == nullptr ? 0 : silent->silences;
  queue_->After(delay, [this, stream, side, silent, silences] {
    if (!stream->open(side)) return;
    const bool heard = silent != nullptr ? !silent->silent || silent->silences != silences
                                         : stream->reads(Stream::Other(side));
    if (heard) return;
    if (!stream->reads(side)) return GiveUpLater(stream, side, silent);
    stream->GiveUp(side);
  });
}

void SimulatedHerd::Silence(int from, int to) {
  Path& it = path(from, to);
  if (it.silent) return;
  Note("is not heard any more by", from, to);
  it.silent = true;
  ++it.silences;
  ForEachStream(from, to, [&](const auto& stream, int) {
    GiveUpLater(stream, Stream::kCaller, &it);
    GiveUpLater(stream, Stream::kCallee, &it);
  });
}

void SimulatedHerd::Hear(int from, int to) {
  Path& it = path(from, to);
  if (!it.silent) return;
  Note("is heard again by", from, to);
  it.silent = false;
  ForEachStream(from, to, [](const auto& stream, int) { stream->Resume(); });
  LetConnect(from);
}

void SimulatedHerd::Break(int a, int b, bool half_open) {
  Note(half_open ? "is half cut off from" : "is cut off from", a, b);
  ForEachStream(a, b, [&](const auto& stream, int) {
    const Nanos soon = random_.Between(0, options_.most_delay);
    const Nanos late = half_open ? random_.Between(kKeepalive, 2 * kKeepalive) : soon;
    random_.OneIn(2) ? stream->Break(soon, late) : stream->Break(late, soon);
  });
}

void SimulatedHerd::SetDelay(int a, int b, Nanos least, Nanos most) {
  for (Path* const it : {&path(a, b), &path(b, a)}) {
    it->least = least;
    it->most = most;
  }
}

void SimulatedHerd::Heal() {
  for (int i = 0; i < servers(); ++i) {
    Continue(i);
    for (std::size_t j = 0; j < NeighborsOf(i); ++j) {
      Hear(i, Neighbor(i, j));
      SetDelay(i, Neighbor(i, j), options_.least_delay, options_.most_delay);
    }
  }
}

// --- what servers tell
// ----------------------------------------------------------------------------

void SimulatedHerd::OnSending(SimulatedServer* server, std::size_t neighbor,
                              const v1::Packet& packet) {
  const int at = server->server();
  const int other = Neighbor(at, neighbor);
  Watch::Counters& counters = watch_->counters();
  ++counters.messages;
  if (packet.has_push()) counters.push_bytes += packet.push().ByteSizeLong();
  if (packet.has_ack()) counters.ack_bytes += packet.ack().ByteSizeLong();
  trace_->Add(
      {static_cast<std::uint64_t>(at), static_cast<std::uint64_t>(other), Fingerprint(packet)});
  if (trace_->printing()) {
    trace_->Print(absl::StrCat(name(at), " -> ", name(other), ": ", Describe(packet)));
  }
}

void SimulatedHerd::OnReceived(SimulatedServer* server, std::size_t neighbor,
                               const v1::Packet& packet) {
  if (trace_->printing()) {
    trace_->Print(absl::StrCat(name(server->server()), " got from ",
                               name(Neighbor(server->server(), neighbor)), ": ", Describe(packet),
                               "; duplicates from there so far: ",
                               server->flood().inbound(neighbor).counters().duplicates));
  }
  watch_->OnReceived(server, packet);
}

void SimulatedHerd::OnMade(SimulatedServer* server, const Report& report, Sequence sequence) {
  trace_->Add({static_cast<std::uint64_t>(server->server()),
               static_cast<std::uint64_t>(report.client), sequence});
  if (trace_->printing()) {
    trace_->Print(absl::StrCat(name(server->server()), " makes update ", sequence, " of client ",
                               report.client, " at ", report.time));
  }
  watch_->OnMade(server, report, sequence);
}

void SimulatedHerd::OnHolding(SimulatedServer* server, int client, Key key) {
  watch_->OnHolding(server, client, key);
}

void SimulatedHerd::OnReply(SimulatedServer* server, Key key, Nanos reported_at, bool confirmed) {
  if (trace_->printing()) {
    trace_->Print(absl::StrCat(name(server->server()), " answers: ", watch_->Describe(key)));
  }
  std::vector<int> in_sync;
  for (std::size_t i = 0; i < NeighborsOf(server->server()); ++i) {
    const int other = Neighbor(server->server(), i);
    const bool leads_there = run(other) != nullptr && run(other)->run() == server->RunOfNeighbor(i);
    if (confirmed && leads_there && server->WasInSync(i) && server->flood().IsInSync(i)) {
      in_sync.push_back(other);
    }
  }
  watch_->OnReply(server, key, reported_at, in_sync);
}

void SimulatedHerd::OnNonsense(SimulatedServer* server, const absl::Status& status) {
  watch_->Violate(Invariant::kSound,
                  absl::StrCat(name(server->server()), " closes a link: ", status.ToString()));
}

void SimulatedHerd::OnSpinning(SimulatedServer* server, Nanos time) {
  Watch::Counters& counters = watch_->counters();
  counters.longest_spin = std::max(counters.longest_spin, time);
  if (trace_->printing()) {
    trace_->Print(absl::StrCat(name(server->server()), " spins, for ", time, " ns"));
  }
}

void SimulatedHerd::Note(const char* what, int server, int other) {
  trace_->Add({static_cast<std::uint64_t>(server), static_cast<std::uint64_t>(other)});
  if (!trace_->printing()) return;
  trace_->Print(absl::StrCat("** ", name(server), " ", what,
                             other < 0 ? "" : absl::StrCat(" ", name(other))));
}

}  // namespace herd::simulation
