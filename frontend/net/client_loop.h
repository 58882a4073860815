// One thread of the front door: accepts clients and serves them until it is stopped.
//
// All but the constructor, Stop and what is for any thread belongs to the thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "frontend/net/admission.h"
#include "frontend/net/connection.h"
#include "frontend/net/door_counters.h"
#include "frontend/net/event_loop.h"
#include "frontend/net/limits.h"
#include "frontend/net/secure_door.h"
#include "frontend/net/socket.h"
#include "frontend/places/places.h"
#include "frontend/session/session.h"
#include "server/log/burst.h"

namespace herd::net {

class ClientLoop final : private EventLoop::Handler, private Connection::Host {
 public:
  // What all loops of a server share; outlives them.
  struct Shared {
    explicit Shared(const Limits& within) : limits(within) {}

    const Limits limits;
    std::string server;
    const tls::IdentityKeeper* identity = nullptr;  // null: no TLS
    Herd* herd = nullptr;
    places::Places* places = nullptr;
    bool log_traffic = false;
    // Where text neighbours are, whose AT lines count; and all servers that these may name.
    absl::flat_hash_set<Address> text_neighbors;
    absl::flat_hash_set<std::string> herd_servers;
    // A reply waits no longer for the neighbours to have another server's update.
    Nanos longest_wait = 0;
    std::atomic<std::uint64_t> last_connection{0};
    Admission admission{&limits};
    std::atomic<std::size_t> kept_bytes{0};  // by all connections
    log::Burst full;
    log::Burst full_for_address;
    std::array<log::Burst, kClosures> closed;
    log::Burst invalid_relay;
  };

  // Starts the thread. `listener` is a listening socket.
  ClientLoop(Shared* shared, Descriptor listener);
  ~ClientLoop();

  // Any thread. The neighbours have acknowledged more: replies may leave.
  void OnAcknowledged();

  // Any thread, once. Accepts no more clients, answers what those who are there have asked, and
  // closes their connections; then calls `done` on the loop's thread.
  void Leave(EventLoop::Task done);

  // Any thread. How often it has turned; and lets it turn once, though there may be nothing to do.
  std::uint64_t turns() const { return loop_.turns(); }
  void Wake();

  // Closes all connections and ends the thread. Afterwards answers that come from Places are
  // thrown away.
  void Stop();

  // Any thread.
  void AddCounts(DoorCounts* counts) const {
    counts->Add(counters_);
    counts->Add(context_.counters);
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  // Some 250 commands. Connections that always have more to be read than that are read from one by
  // one, and all of them together take one part in so many of the thread's time while others have
  // something to do.
  static constexpr std::size_t kInputSpace = std::size_t{16} << 10;
  static_assert(kInputSpace >= SecureChannel::kRecord);
  static constexpr Nanos kDeepPart = 32;
  // A round ends early with so many bytes of replies, or when so many connections have had their
  // turn: the neighbours and the first of them have waited long enough.
  static constexpr std::size_t kMaxReplies = std::size_t{1} << 20;
  static constexpr std::size_t kMaxTurns = 64;
  // With TLS: who has not shaken hands when so many others have come since makes way. A handshake
  // that has only begun can hold some 150 KB of OpenSSL's memory.
  static constexpr std::size_t kMaxShakingHands = 1024;
  // So many connections are accepted before others get their turn.
  static constexpr int kAcceptBurst = 16;
  // When half of at least so many connections have gone, what they have taken is given back; and
  // then whenever half of those have gone that were left, until there are few.
  static constexpr std::size_t kCrowd = 1000;
  static constexpr std::size_t kFew = 64;
  // Out of descriptors, no connection is accepted for this long.
  static constexpr Nanos kAcceptPause = 100 * kNanosPerMillisecond;

  void Run();
  void SweepRegularly();
  void GiveBackMemory();

  void OnEvents(EventLoop::Events events) override;
  bool AcceptOne();
  void NoteHandshake(std::uint64_t connection);
  void Refuse(Admission::Verdict verdict, const Descriptor& socket);
  void PauseAccepting(int error);

  places::Document AskPlaces(std::uint64_t connection, const places::Query& query,
                             std::uint64_t ticket) override;
  void AwaitNeighbors(std::uint64_t connection, const Versions& versions,
                      std::uint64_t ticket) override;
  void AwaitOthersUpdates(std::uint64_t connection, const Versions& versions, std::uint64_t ticket);
  void PassAll();
  void FinishLeaving();
  void OnClosed(std::uint64_t connection, bool waits) override;
  void ResumeLater(std::uint64_t connection) override;
  void ReadLater(std::uint64_t connection) override;
  void TakeDeepTurn();
  std::string& input_space() override { return input_space_; }
  std::string& replies() override { return replies_; }
  DoorCounters& counters() override { return counters_; }
  const Limits& limits() const override { return shared_->limits; }
  bool OnKept(std::size_t before, std::size_t now) override;
  void OnInvalidRelay(const std::string& peer, std::string_view line) override;
  void OnClosing(Closure reason, const std::string& client) override;
  void SendLater(std::uint64_t connection, std::size_t begin) override;
  void SendReplies();
  // The connection of that number, or nullptr: it has gone.
  Connection* Find(std::uint64_t connection) const;
  void TimeReplies();

  // Replies of this round, as a part of replies_.
  struct Outgoing {
    std::uint64_t connection;
    std::size_t begin;
    std::size_t end;
  };

  // Replies that wait for the neighbours.
  struct Waiting {
    Versions versions;
    std::uint64_t connection;
    std::uint64_t ticket;
  };
  void Pass(const Waiting& waiting);

  Shared* const shared_;
  // Apart from what other threads write.
  alignas(kCacheLine) DoorCounters counters_;
  Descriptor listener_;
  EventLoop loop_;
  SecureDoor secure_door_;
  SessionContext context_;
  TrafficLog traffic_;
  std::string input_space_ = std::string(kInputSpace, '\0');
  std::string replies_;
  std::vector<Outgoing> outgoing_;
  bool accept_failing_ = false;
  std::deque<std::uint64_t> shaking_hands_;  // with TLS: connections, the newest last
  // Connections that have more to be read than there is space for, and when the next of them has
  // its turn.
  std::deque<std::uint64_t> deep_;
  Nanos next_deep_turn_ = 0;
  absl::flat_hash_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::size_t most_connections_ = 0;  // since memory was last given back
  bool crowd_leaves_ = false;
  EventLoop::Task on_left_;  // while leaving

  // For updates of this server's, which are acknowledged in their order: in the order of the
  // batches. For such of other servers', as after a report that was older than what is known: by a
  // number of their own; neighbours in sync may be late with those, so this wait has a bound.
  //
  // How the thread and OnAcknowledged agree: the thread says that
  // something waits, then looks once more; who acknowledges says so, then looks whether something
  // waits.
  std::deque<Waiting> waiting_;
  absl::btree_map<std::uint64_t, Waiting> waiting_for_others_;
  std::uint64_t last_waiting_ = 0;
  std::atomic<bool> anything_waits_{false};
  std::atomic<bool> pass_posted_{false};
  std::atomic<bool> wake_posted_{false};
  std::thread thread_;
};

}  // namespace herd::net
