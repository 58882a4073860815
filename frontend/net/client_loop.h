// One thread of the front door: accepts clients and serves them until it is stopped.
//
// All but the constructor, Stop and connections() belongs to the thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "frontend/net/connection.h"
#include "frontend/net/event_loop.h"
#include "frontend/net/socket.h"
#include "frontend/places/places.h"
#include "frontend/session/session.h"

namespace herd::net {

class ClientLoop final : private EventLoop::Handler, private Connection::Host {
 public:
  // What all loops of a server share; outlives them.
  struct Shared {
    std::string server;
    Herd* herd = nullptr;
    places::Places* places = nullptr;
    bool log_traffic = false;
    std::atomic<std::uint64_t> last_connection{0};
  };

  // Starts the thread. `listener` is a listening socket.
  ClientLoop(Shared* shared, Descriptor listener);
  ~ClientLoop();

  // Closes all connections and ends the thread. Afterwards answers that come from Places are
  // thrown away.
  void Stop();

  std::size_t connections() const { return connection_count_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kInputSpace = std::size_t{64} << 10;
  // So many connections are accepted before others get their turn.
  static constexpr int kAcceptBurst = 64;
  // Out of descriptors, no connection is accepted for this long.
  static constexpr Nanos kAcceptPause = 100 * kNanosPerMillisecond;

  void Run();

  void OnEvents(EventLoop::Events events) override;
  bool AcceptOne();
  void PauseAccepting(int error);

  void AskPlaces(std::uint64_t connection, places::Query query, std::uint64_t ticket) override;
  void OnClosed(std::uint64_t connection) override;
  std::string& input_space() override { return input_space_; }
  std::string& output_space() override { return output_space_; }

  Shared* const shared_;
  const Descriptor listener_;
  EventLoop loop_;
  SessionContext context_;
  std::string input_space_ = std::string(kInputSpace, '\0');
  std::string output_space_;
  bool accept_failing_ = false;
  absl::flat_hash_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::atomic<std::size_t> connection_count_{0};
  std::thread thread_;
};

}  // namespace herd::net
