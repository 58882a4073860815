// One client's socket: bytes from it into its session, replies from the session into it.
//
// Belongs to its loop's thread. Ends by itself; its host then destroys it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "frontend/net/admission.h"
#include "frontend/net/door_counters.h"
#include "frontend/net/event_loop.h"
#include "frontend/net/limits.h"
#include "frontend/net/secure_channel.h"
#include "frontend/net/socket.h"
#include "frontend/net/traffic_log.h"
#include "frontend/session/session.h"

namespace herd::net {

class Connection final : private EventLoop::Handler, private Session::Host {
 public:
  class Host {
   public:
    // Ask what is near: the answer, or none at all, and then hand it to Answer of the connection of
    // that number later, if it is still there.
    virtual places::Document AskPlaces(std::uint64_t connection, const places::Query& query,
                                       std::uint64_t ticket) = 0;
    // Call Pass of the connection of that number with that ticket when the neighbours have these.
    virtual void AwaitNeighbors(std::uint64_t connection, const Versions& versions,
                                std::uint64_t ticket) = 0;
    // Destroy the connection of that number, but not from within this call. `waits`: it may still
    // wait for Places.
    virtual void OnClosed(std::uint64_t connection, bool waits) = 0;
    // Call ReadInTurn of the connection of that number when it is its turn among those that always
    // have more to be read than there is space for.
    virtual void ReadLater(std::uint64_t connection) = 0;
    // Call Resume of the connection of that number after others have had their turn.
    virtual void ResumeLater(std::uint64_t connection) = 0;
    // Space that the connections of a thread use in turn, of fixed size.
    virtual std::string& input_space() = 0;
    // What has been said to clients in this round and has not left; connections append to it.
    virtual std::string& replies() = 0;
    virtual DoorCounters& counters() = 0;
    virtual const Limits& limits() const = 0;
    // What a connection keeps was `before` bytes and is `now`. Returns whether that is too much of
    // what all may keep.
    virtual bool OnKept(std::size_t before, std::size_t now) = 0;
    // See Session::Host; `peer` is where it comes from.
    virtual void OnInvalidRelay(const std::string& peer, std::string_view line) = 0;
    // The connection ends for that reason; `client` is where it comes from.
    virtual void OnClosing(Closure reason, const std::string& client) = 0;
    // What stands behind `begin` there is the connection's: call Send with it, also if it is
    // nothing, and then Settle, at the end of the round.
    virtual void SendLater(std::uint64_t connection, std::size_t begin) = 0;

   protected:
    ~Host() = default;
  };

  // `channel` is of the socket; null: no TLS. The host and what follows outlive the connection.
  Connection(std::uint64_t number, Descriptor socket, std::unique_ptr<SecureChannel> channel,
             Admission::Seat seat, Session::Peer peer, Host* host, EventLoop* loop,
             SessionContext* context, TrafficLog* traffic);
  ~Connection();

  void Answer(std::uint64_t ticket, const places::Document& json);
  void Pass(std::uint64_t ticket);
  // Works on input that was left off.
  void Resume();
  // Reads what is there by now.
  void ReadInTurn();
  // Sends these replies. After all of a round, Settle does what has become possible with that.
  void Send(std::string_view replies);
  void Settle();

  // The client is to make way for others if it has not shaken hands yet.
  void CloseIfShakingHands();
  // Closes when the client has let pass one of the times that the limits set.
  void CloseIfOverdue();

  // Answers what has arrived, and closes.
  void Leave();

 private:
  // A client that leaves this much of its replies unread is not read from.
  static constexpr std::size_t kMaxUnsent = std::size_t{256} << 10;
  // After a line that is too long the client may be in the middle of sending: closing at once
  // would make the kernel throw away the reply. What it sends is dropped, this long at most.
  static constexpr Nanos kLinger = 2 * kNanosPerSecond;

  Moment Now() const;

  void OnEvents(EventLoop::Events events) override;
  places::Document AskPlaces(const places::Query& query, std::uint64_t ticket) override;
  void AwaitNeighbors(const Versions& versions, std::uint64_t ticket) override;
  void OnLines(absl::Span<const std::string_view> lines) override;
  void OnInvalidRelay(std::string_view line) override;

  // Returns how many bytes came.
  std::size_t Read();
  // Nothing says that the session should not get more of what the client sends.
  bool MayRead() const;
  // As recv and send.
  ssize_t ReceiveSome(std::string& space);
  ssize_t SendSome(std::string_view bytes);
  // The socket cannot be read any more.
  void Break();
  bool ChannelWantsWrite() const { return channel_ != nullptr && channel_->wants_write(); }
  void Drop();
  // What has been appended to the host's replies by `converse` is sent later.
  template <typename Converse>
  void Reply(Converse converse);
  void Write(std::string_view bytes);
  void WriteUnsent();
  void Watch();
  // Returns whether it is too much.
  bool CountKept();
  std::optional<Closure> Overdue() const;
  void Linger();
  void CloseFor(Closure reason);
  void Close();

  const std::uint64_t number_;
  const Descriptor socket_;
  const std::unique_ptr<SecureChannel> channel_;
  const Admission::Seat seat_;
  Connection::Host* const host_;
  EventLoop* const loop_;
  TrafficLog* const traffic_;
  const std::string log_name_;  // of the client; empty when there is no log of it
  Session session_;
  std::string unsent_;
  std::size_t kept_ = 0;  // as the host has been told
  // When the client has last said anything, has been read from again, and has last taken a part of
  // its replies and not all; by the loop's clock.
  Nanos heard_at_;
  Nanos reading_since_;
  Nanos taken_at_ = 0;
  bool at_end_ = false;  // the client has half-closed
  bool leaving_ = false;
  bool lingering_ = false;
  bool closed_ = false;
  bool resuming_ = false;  // Resume is to be called
  bool is_deep_ = false;   // the last read filled all the space
  bool in_turn_ = false;   // ReadInTurn is to be called
  bool watches_read_ = true;
  bool watches_write_ = false;
};

}  // namespace herd::net
