// A simulated gRPC stream between two servers.
//
// As on the wire: in each direction messages arrive in order, each after a random delay, or wait
// while the path is silent or the receiver is stopped; a message counts as written when the
// transport has taken it, which it does as long as not too many bytes are under way; what is under
// way when the stream breaks is lost; and each end hears of the end for itself.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>

#include "herd/v1/propagate.pb.h"
#include "server/state/nanos.h"
#include "tests/simulation/event_queue.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/random.h"

namespace herd::simulation {

// One direction between two servers.
struct Path {
  // How long a message takes.
  Nanos least = 0;
  Nanos most = 0;
  // Nothing arrives, and nobody is told.
  bool silent = false;
  // Counts silences.
  int silences = 0;
};

using Message = std::unique_ptr<v1::Packet>;

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  enum Side { kCaller = 0, kCallee = 1 };
  static constexpr Side Other(Side side) { return side == kCaller ? kCallee : kCaller; }

  // A server at one end. Outlives its stay there.
  class Handler {
   public:
    virtual void OnMessage(Stream* stream, Message message) = 0;
    // The transport has taken the last message.
    virtual void OnTaken(Stream* stream) = 0;
    // The stream is over; nothing further is heard of it.
    virtual void OnEnd(Stream* stream) = 0;
    // Reads what arrives.
    virtual bool reading() const = 0;

   protected:
    ~Handler() = default;
  };

  // What both ends share with all other streams.
  struct Surroundings {
    EventQueue* queue;
    Random* random;
    Mutation mutation = Mutation::kNone;
    // Bytes that may be under way before a writer has to wait.
    std::size_t window = std::size_t{64} << 10;
  };

  Stream(const Surroundings& surroundings, Path* to_callee, Path* to_caller, Handler* caller,
         Handler* callee);

  // At most one message at a time, until OnTaken.
  void Send(Side from, Message message);

  // That end is over. The other one hears of it behind all that was sent before.
  void Close(Side side);
  // That end is over, and its server with it: what was under way to it is lost, what was from it
  // may be.
  void Abandon(Side side, bool tell_other);
  // The connection is lost, and with it what is under way; each end notices after its delay.
  void Break(Nanos caller_notices, Nanos callee_notices);
  // As Close, and the end's server is told: it has not heard from the other end for too long.
  void GiveUp(Side side);

  // A path has become audible again, or a server reads again.
  void Resume();

  bool open(Side side) const { return handlers_[side] != nullptr; }
  bool is_over() const { return !open(kCaller) && !open(kCallee); }
  // There is somebody at that end, and reads.
  bool reads(Side side) const { return open(side) && handlers_[side]->reading(); }

 private:
  struct Item {
    Nanos at;
    std::size_t bytes;
    Message message;
    bool end = false;
  };
  // What is under way to one end.
  struct Lane {
    std::deque<Item> items;
    Nanos last = 0;
    std::size_t bytes = 0;
    bool writer_waits = false;
  };

  Lane& lane(Side to) { return lanes_[to]; }
  void Put(Side to, Item item);
  void Mutate(v1::Packet* packet);
  void ArriveAt(Side to, Nanos at);
  void Deliver(Side to);
  void Hand(Side to, Item item);
  void LetWriterGoOn(Side writer);
  void NotifyEnd(Side side);
  void NotifyEndLater(Side side, Nanos delay);
  void Lose(Side to);

  const Surroundings surroundings_;
  const std::array<Path*, 2> paths_;  // to each side
  std::array<Handler*, 2> handlers_;
  std::array<Lane, 2> lanes_;  // to each side
  bool broken_ = false;
};

}  // namespace herd::simulation
