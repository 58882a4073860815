// One run of one server: the production's Store and Flood, driven as Peers drives them, and a front
// door that answers as Node does.
//
// Empty at first; ends by Crash or after Leave, and does nothing from then on.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/peer/flood.h"
#include "server/state/store.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/report.h"
#include "tests/simulation/stream.h"

namespace herd::simulation {

class SimulatedServer final : public Stream::Handler {
 public:
  // What a run tells those around it.
  class Host {
   public:
    // The link with that neighbour, which this server called, has ended, after it was up for so
    // long (0: it never was).
    virtual void OnLinkEnded(SimulatedServer* server, std::size_t neighbor, Nanos up_for) = 0;
    // About to be sent.
    virtual void OnSending(SimulatedServer* server, std::size_t neighbor,
                           const v1::Packet& packet) = 0;
    // It has been taken in.
    virtual void OnReceived(SimulatedServer* server, std::size_t neighbor,
                            const v1::Packet& packet) = 0;
    // A client's report has become an update of this run.
    virtual void OnMade(SimulatedServer* server, const Report& report, Sequence sequence) = 0;
    // The map holds that update now.
    virtual void OnHolding(SimulatedServer* server, int client, Key key) = 0;
    // The reply to a report that came at `reported_at` leaves; that update, or one that supersedes
    // it, is what the client may count on. `confirmed`: the neighbours in sync have it.
    virtual void OnReply(SimulatedServer* server, Key key, Nanos reported_at, bool confirmed) = 0;
    // The neighbours have everything, or have not taken it in time.
    virtual void OnLeft(SimulatedServer* server, bool in_time) = 0;
    // A neighbour broke the rules of propagate.proto, or was taken to.
    virtual void OnNonsense(SimulatedServer* server, const absl::Status& status) = 0;
    // The thread of the links has been running without doing anything for that long.
    virtual void OnSpinning(SimulatedServer* server, Nanos time) = 0;

   protected:
    ~Host() = default;
  };

  struct Options {
    int server = 0;
    int run = 0;  // in the ledger
    OriginId own;
    std::vector<std::string> neighbors;
    // Replies wait for the neighbours.
    bool ack_neighbors = true;
    Nanos in_sync_bound = 500 * kNanosPerMillisecond;
    Nanos gather = 0;
    // How long a thread takes to react at most.
    Nanos reaction = 200'000;
    Nanos leave_bound = 10 * kNanosPerSecond;
  };

  SimulatedServer(const Options& options, const Stream::Surroundings& surroundings,
                  const Ledger* ledger, Host* host);

  // Opens a stream to that neighbour, whose server is `callee`.
  std::shared_ptr<Stream> Call(std::size_t neighbor, SimulatedServer* callee, Path* there,
                               Path* back);

  // A client reports; the reply follows by OnReply. False: this server takes none any more.
  bool Take(const Report& report);

  // SIGSTOP and SIGCONT.
  void Pause() { paused_ = true; }
  void Continue();
  // SIGTERM: OnLeft follows.
  void Leave();
  // All streams end in good order, behind what has been sent.
  void Stop();
  // kill -9, or, if nobody is told, a power failure.
  void Crash(bool told);

  int server() const { return options_.server; }
  int run() const { return options_.run; }
  const OriginId& own() const { return options_.own; }
  bool gone() const { return gone_; }
  bool paused() const { return paused_; }
  bool leaving() const { return leaving_; }
  Store& store() { return *store_; }
  const peer::Flood& flood() const { return *flood_; }
  // The neighbours that were in sync when replies were last let go.
  bool WasInSync(std::size_t neighbor) const { return in_sync_[neighbor]; }
  // The run to which the link with that neighbour leads, Key::kNoRun if there is no link.
  int RunOfNeighbor(std::size_t neighbor) const { return links_[neighbor].run; }
  std::size_t waiting() const { return waiting_.size() + waiting_for_others_.size(); }
  // What the map holds of that client, asked of the store.
  Key Look(int client);
  int RunOf(OriginIndex origin);

 private:
  // One end of a stream.
  struct Link {
    std::shared_ptr<Stream> stream;
    Stream::Side side = Stream::kCaller;
    int run = Key::kNoRun;  // at the other end
    bool writing = false;
    Nanos up_since = 0;
  };
  struct Waiting {
    Version version;
    Key key;
    Nanos since;
  };

  void OnMessage(Stream* stream, Message message) override;
  void OnTaken(Stream* stream) override;
  void OnEnd(Stream* stream) override;
  bool reading() const override { return !paused_; }

  std::optional<std::size_t> FindLink(const Stream* stream) const;
  // Who has called says who it is. Returns its place among the neighbours.
  std::optional<std::size_t> OnCall(Stream* stream, const v1::Packet& packet);
  void NoteHeld(const v1::Push& push);
  void EndLink(std::size_t neighbor);

  // Something has happened: the thread of the links looks what there is to do.
  void Touch();
  void Pump();
  bool PumpLink(std::size_t neighbor);
  void PublishAcknowledged();
  void PassReplies();
  bool IsAcknowledged(const Version& version) const;
  void Await(const Waiting& reply);
  void GiveUpWaiting(int number);
  std::optional<Nanos> Deadline() const;
  void SleepUntilDeadline(bool did_something);
  void NoteSpinning(bool did_something);
  void TryToLeave();
  void FinishLeaving(bool in_time);
  template <typename Do>
  void ForEachStream(Do call);

  const Options options_;
  const Stream::Surroundings surroundings_;
  const Ledger* const ledger_;
  Host* const host_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<peer::Flood> flood_;
  std::vector<Link> links_;  // by neighbour
  std::vector<Link> calls_;  // whose it is has not been said yet
  std::vector<int> runs_;    // by OriginIndex

  bool gone_ = false;
  bool paused_ = false;
  bool pump_due_ = false;
  bool news_awaited_ = false;
  int sleeps_ = 0;
  std::optional<Nanos> spinning_since_;

  Sequence acknowledged_ = kMaxSequence;
  std::vector<bool> in_sync_;
  bool awaiting_ = false;
  // Replies that speak of updates of this run, and of others'.
  std::deque<Waiting> waiting_;
  std::map<int, Waiting> waiting_for_others_;
  int last_waiting_ = 0;
  std::deque<Report> unread_;  // reports that came while it was paused

  bool leaving_ = false;
  bool told_to_leave_ = false;  // the flood
};

}  // namespace herd::simulation
