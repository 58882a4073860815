// One client's conversation: bytes in, replies out, in the order of the commands.
//
// Knows no socket and no clock. Belongs to one thread, that of its connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"
#include "frontend/places/places.h"
#include "frontend/session/departures.h"
#include "frontend/session/herd.h"
#include "frontend/text/command.h"
#include "server/count/counter.h"
#include "server/state/nanos.h"

namespace herd {

// Commands that are executed together, and what becomes of them.
struct CommandBatch {
  static constexpr std::size_t kMaxCommands = 512;

  std::size_t size = 0;
  std::size_t lookups = 0;  // among the commands
  // Of each command. The requests of invalid ones ask nothing.
  std::vector<text::Command> commands = std::vector<text::Command>(kMaxCommands);
  std::vector<std::string_view> lines =
      std::vector<std::string_view>(kMaxCommands);  // no line ends
  std::vector<Request> requests = std::vector<Request>(kMaxCommands);
  std::vector<Sighting> sightings;  // one for each lookup that found its client
};

// What clients have said, by what it was.
struct CommandCounters {
  count::Counter reports;
  count::Counter found;    // lookups of clients that are known
  count::Counter unknown;  // lookups of clients that nobody knows
  count::Counter refused;  // reports of clients that are not known, when no more may be
  count::Counter invalid;
  count::Counter cut_off;  // of those, lines that were too long
  // AT lines of text neighbours: all that are some; that told of a client that is not known, when
  // no more may be; and, of the invalid lines, those that are to be AT lines.
  count::Counter relays;
  count::Counter refused_relays;
  count::Counter invalid_relays;
};

// What all sessions of a thread share; outlives them.
struct SessionContext {
  std::string server;
  Herd* herd = nullptr;
  CommandBatch batch = {};  // scratch space
  CommandCounters counters = {};
  Departures departures = {};
  // All that the configuration knows.
  const absl::flat_hash_set<std::string>* herd_servers = nullptr;
};

// When something was received.
struct Moment {
  Nanos since_epoch = 0;
  // By the clock that tells how long replies take.
  Nanos monotonic = 0;
};

class Session {
 public:
  // Commands whose answers are waited for, and bytes of replies held up behind them, at which a
  // session takes no further input until some have left. A client that reads its replies meets
  // neither.
  static constexpr std::size_t kMaxWaiting = 64;
  static constexpr std::size_t kMaxHeldBytes = std::size_t{256} << 10;
  // Bytes of replies after which a session stops until it is resumed, so that others get their
  // turn.
  static constexpr std::size_t kMaxBurst = std::size_t{256} << 10;

  // How the session reaches out of itself. Called from within the functions below.
  class Host {
   public:
    // Ask what is near: the answer, or none at all, and then Answer is to be called with that
    // ticket, later.
    virtual places::Document AskPlaces(const places::Query& query, std::uint64_t ticket) = 0;
    // Pass is to be called with that ticket when the neighbours have these.
    virtual void AwaitNeighbors(const Versions& versions, std::uint64_t ticket) = 0;
    // These lines have been read. Only for the record.
    virtual void OnLines(absl::Span<const std::string_view> lines) = 0;
    // A text neighbour has said this, which is no AT line or names a server that is none of the
    // herd's. Only for the record.
    virtual void OnInvalidRelay(std::string_view line) = 0;

   protected:
    ~Host() = default;
  };

  // Whose AT lines count: a client's never.
  enum class Peer { kClient, kTextNeighbor };

  // All outlive the session.
  Session(SessionContext* context, Host* host, Peer peer = Peer::kClient)
      : context_(context), host_(host), peer_(peer) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Each appends to `out` the replies that may leave now, and says so to the context's departures.
  // `now` is the time of receipt.

  // The client sent this.
  void Receive(std::string_view bytes, Moment now, std::string* out);
  // The client will send no more: what follows the last line end is a command too.
  void ReceiveEnd(Moment now, std::string* out);
  // What is near, for the ticket it was asked with.
  void Answer(std::uint64_t ticket, const places::Document& json, std::string* out);
  // The neighbours have what the replies of that ticket speak of.
  void Pass(std::uint64_t ticket, std::string* out);
  // Nothing more is to be read: whole lines that are there are still answered, and that is all.
  void Stop(Moment now, std::string* out);
  // Works on input that was left off.
  void Resume(Moment now, std::string* out);

  // Receive may be called.
  bool wants_input() const { return has_room() && !left_off_ && !closed_; }
  // Input has been left that Resume can work on now.
  bool can_resume() const { return has_room() && left_off_ && !closed_; }
  // Nothing further will be said: all is answered, and no more is to be read.
  bool finished() const { return closed_ && held_.empty(); }
  // Something is waited for.
  bool waits() const { return !held_.empty(); }
  // Since when, by the clock of Moment::monotonic, the client has been within a line; nothing when
  // it is not, or is not to be read from.
  std::optional<Nanos> within_line_since() const {
    return unread_.empty() || !wants_input() ? std::nullopt : std::optional(line_begun_);
  }
  // Bytes kept: of input that is not done with, and of replies that may not leave yet.
  std::size_t kept_bytes() const { return unread_.size() + held_bytes_; }
  // An AT line of a text neighbour's has come.
  bool has_relayed() const { return has_relayed_; }
  // The conversation was ended from this side, and the client may still be sending.
  bool cut_off() const { return cut_off_; }

 private:
  // A place in the order of replies at which something is waited for: an answer, which then is the
  // reply, or the neighbours, which must have what the replies behind it speak of.
  struct Held {
    std::uint64_t ticket = 0;
    WaitedFor waits_for = WaitedFor::kNothing;
    bool waiting = false;
    std::string reply;
    std::string behind;
    // The replies of both, in batches of what was read at the same time.
    absl::InlinedVector<Departures::Batch, 1> batches;

    void Count(Nanos since, std::uint64_t replies);
  };

  bool has_room() const { return held_.size() < kMaxWaiting && held_bytes_ < kMaxHeldBytes; }
  // Works on the lines at the front of `input`; returns how many bytes are done with.
  std::size_t Read(std::string_view input, Moment now, std::string* out);
  // Takes whole lines into the batch, as many as may be executed together; returns their bytes.
  std::size_t TakeLines(std::string_view input);
  // Makes the batch of this line, which nothing ends and nothing follows.
  void TakeLastLine(std::string_view line);
  // Keeps the command that has been read from this line into the next place of the batch.
  void Take(std::string_view line);
  // Of a line that is no client's command.
  void TakeRelay(std::string_view line, text::Command* command);
  Versions Execute(Nanos now);
  void AwaitNeighbors(const Versions& versions);
  void Reply(Moment now, std::string* out);
  // Commands of a batch, by what came of them.
  struct Tally {
    std::uint64_t found = 0;  // lookups of clients that are known
    std::uint64_t relays = 0;
    std::uint64_t refused = 0;
    std::uint64_t refused_relays = 0;
    std::uint64_t questioned = 0;  // all that were answered with "? "
  };
  void CountCommands(const Tally& tally) const;
  void ReplyToReport(const text::Command& command, Nanos skew, std::string* out);
  void ReplyToWhatsat(const text::Command& command, const Sighting& sighting, Moment now,
                      std::string* out);
  void CutOff(std::string_view input, Moment now, std::string* out);

  // Where the next reply goes.
  std::string* Tail(std::string* out);
  // Says of the replies that have gone there since it was last called when they were read.
  void CountReplies(Moment now);
  Held& Hold(WaitedFor waits_for);
  Held* FindWaiting(std::uint64_t ticket);
  void ReleaseHeld(std::string* out);
  void CountHeldBytes();

  SessionContext* const context_;
  Host* const host_;
  const Peer peer_;

  std::string unread_;     // input that is no whole line yet, or was left off
  Nanos line_begun_ = 0;   // when the first of it came, or something before it was done with
  bool left_off_ = false;  // input is left for want of room, or since others have their turn
  bool at_end_ = false;    // nothing follows what is unread
  bool stopped_ = false;   // and a line that is not whole is none
  bool closed_ = false;    // nothing is read any more
  bool cut_off_ = false;
  bool has_relayed_ = false;

  std::uint64_t uncounted_ = 0;  // replies, see CountReplies
  std::vector<Held> held_;
  std::size_t held_bytes_ = 0;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace herd
