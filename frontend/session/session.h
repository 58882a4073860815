// One client's conversation: bytes in, replies out, in the order of the commands.
//
// Knows no socket and no clock. Belongs to one thread, that of its connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/places/places.h"
#include "frontend/session/herd.h"
#include "frontend/text/command.h"
#include "server/state/nanos.h"

namespace herd {

// What all sessions of a thread share; outlives them. The vectors are scratch space.
struct SessionContext {
  std::string server;
  Herd* herd = nullptr;
  std::vector<text::Command> commands;
  std::vector<std::string_view> lines;  // of the commands, without their line ends
  std::size_t lookups = 0;              // among the commands
  std::vector<Request> requests;        // of the valid commands, in their order
  std::vector<Sighting> sightings;
};

class Session {
 public:
  // Commands whose answers are waited for, and bytes of replies held up behind them, at which a
  // session takes no further input until some have left. A client that reads its replies meets
  // neither.
  static constexpr std::size_t kMaxWaiting = 64;
  static constexpr std::size_t kMaxHeldBytes = std::size_t{256} << 10;
  // With so many bytes in `out`, no further batch is executed before they have left, see
  // can_resume.
  static constexpr std::size_t kMaxOutBytes = std::size_t{256} << 10;

  // How the session reaches out of itself. Called from within the functions below.
  class Host {
   public:
    // Ask what is near: the answer, or none at all, and then Answer is to be called with that
    // ticket, later.
    virtual places::Document AskPlaces(const places::Query& query, std::uint64_t ticket) = 0;
    // Pass is to be called with that ticket when the neighbours have these.
    virtual void AwaitNeighbors(const Versions& versions, std::uint64_t ticket) = 0;
    // A line has been read. Only for the record.
    virtual void OnLine(std::string_view line) = 0;

   protected:
    ~Host() = default;
  };

  // All outlive the session.
  Session(SessionContext* context, Host* host) : context_(context), host_(host) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Each appends to `out` the replies that may leave now. `now` is the time of receipt, since the
  // POSIX epoch.

  // The client sent this.
  void Receive(std::string_view bytes, Nanos now, std::string* out);
  // The client will send no more: what follows the last line end is a command too.
  void ReceiveEnd(Nanos now, std::string* out);
  // What is near, for the ticket it was asked with.
  void Answer(std::uint64_t ticket, const places::Document& json, std::string* out);
  // The neighbours have what the replies of that ticket speak of.
  void Pass(std::uint64_t ticket, std::string* out);
  // Nothing more is to be read: whole lines that are there are still answered, and that is all.
  void Stop(Nanos now, std::string* out);
  // Works on input that was left while there was no room, here or in `out`.
  void Resume(Nanos now, std::string* out);

  // There is room: Receive may be called.
  bool has_room() const { return held_.size() < kMaxWaiting && held_bytes_ < kMaxHeldBytes; }
  // Input has been left that Resume can work on now.
  bool can_resume() const { return has_room() && !closed_ && left_off_; }
  // Nothing further will be said: all is answered, and no more is to be read.
  bool finished() const { return closed_ && held_.empty(); }
  // Something is waited for.
  bool waits() const { return !held_.empty(); }
  // The conversation was ended from this side, and the client may still be sending.
  bool cut_off() const { return cut_off_; }

 private:
  // Commands that are executed together at most.
  static constexpr std::size_t kMaxBatch = 512;

  // A place in the order of replies at which something is waited for: an answer, which then is the
  // reply, or the neighbours, which must have what the replies behind it speak of.
  struct Held {
    std::uint64_t ticket = 0;
    bool waiting = false;
    std::string reply;
    std::string behind;
  };

  // Works on the lines at the front of `input`; returns how many bytes are done with.
  std::size_t Read(std::string_view input, Nanos now, std::string* out);
  // Takes whole lines into the context, as many as may be executed together; returns their bytes.
  std::size_t TakeLines(std::string_view input);
  void TakeLine(std::string_view line);
  Versions Execute(Nanos now);
  void AwaitNeighbors(const Versions& versions);
  void Reply(std::string* out);
  void ReplyToWhatsat(const text::Command& command, const Sighting& sighting, std::string* out);
  void CutOff(std::string_view input, std::string* out);

  // Where the next reply goes.
  std::string* Tail(std::string* out);
  Held* FindWaiting(std::uint64_t ticket);
  void ReleaseHeld(std::string* out);
  void CountHeldBytes();

  SessionContext* const context_;
  Host* const host_;

  std::string unread_;     // input that is no whole line yet, or was left for want of room
  bool left_off_ = false;  // for want of room
  bool at_end_ = false;    // nothing follows what is unread
  bool stopped_ = false;   // and a line that is not whole is none
  bool closed_ = false;    // nothing is read any more
  bool cut_off_ = false;

  std::vector<Held> held_;
  std::size_t held_bytes_ = 0;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace herd
