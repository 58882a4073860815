// A client's conversation with a session, without sockets: send, expect, and a Places upstream that
// answers when the test says.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "frontend/session/session.h"

namespace herd {

// The real store, and neighbours that have everything when the test says.
class StoreHerd final : public Herd {
 public:
  Versions Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) override {
    Store::Executed executed = store_.Execute(requests, sightings);
    updates_ += executed.updates + executed.relayed;
    return std::move(executed.reported);
  }
  void Publish() override {}
  bool AreAcknowledged(const Versions&) override { return neighbors_have_all_; }
  void Await(const Versions&) override {}

  // Whether the neighbours have everything at once; so they do at first.
  void set_neighbors_have_all(bool all) { neighbors_have_all_ = all; }
  std::size_t updates() const { return updates_; }
  Store& store() { return store_; }

 private:
  Store store_{{"Goloman", 1}};
  std::size_t updates_ = 0;
  bool neighbors_have_all_ = true;
};

// How many of the bytes that wait reach the session next, 1 to `waiting`.
using Cut = std::function<std::size_t(std::size_t waiting)>;

// Drives one session as its connection would: hands it bytes only while there is room, and from
// buffers of exactly their size, so that a sanitizer sees a read beyond them.
class Client final : private Session::Host {
 public:
  struct Question {
    places::Query query;
    std::uint64_t ticket = 0;
  };
  struct Wait {
    Versions versions;
    std::uint64_t ticket = 0;
  };

  explicit Client(Herd* herd, Cut cut = nullptr, Session::Peer peer = Session::Peer::kClient);

  void Send(std::string_view bytes);
  void HalfClose();
  // Places answers the question of that number, counted from 0.
  void Answer(std::size_t question, std::string_view json);
  // The neighbours have what the wait of that number is for, counted from 0.
  void Pass(std::size_t wait);
  // The server stops.
  void Stop();

  // What has come since the last call.
  std::string Receive();
  // What has come since the last call, as it left: one string for each write.
  std::vector<std::string> ReceiveWrites();

  const std::vector<Question>& questions() const { return questions_; }
  const std::vector<Wait>& waits() const { return waits_; }
  const std::vector<std::string>& lines() const { return lines_; }
  const std::vector<std::string>& invalid_relays() const { return invalid_relays_; }
  std::size_t unanswered() const { return questions_.size() - answers_; }
  std::size_t most_unanswered() const { return most_unanswered_; }
  std::size_t bytes_not_taken() const { return waiting_.size(); }
  bool finished() const { return session_.finished(); }
  bool cut_off() const { return session_.cut_off(); }
  bool has_relayed() const { return session_.has_relayed(); }
  std::optional<Nanos> within_line_since() const { return session_.within_line_since(); }
  std::size_t kept_bytes() const { return session_.kept_bytes(); }

  // From now on Places answers at once, with what this says.
  void AnswerAtOnce(std::function<std::string(const places::Query&)> answer) {
    answer_at_once_ = std::move(answer);
  }

  // The time at which the session receives; 5 seconds after the epoch at first.
  void set_now(Nanos now) { now_.since_epoch = now; }
  // And by the clock that times the replies; 0 at first.
  void set_monotonic_now(Nanos now) { now_.monotonic = now; }

  const CommandCounters& counters() const { return context_.counters; }
  const std::vector<Departures::Batch>& departures() const { return context_.departures.batches(); }

 private:
  places::Document AskPlaces(const places::Query& query, std::uint64_t ticket) override;
  void AwaitNeighbors(const Versions& versions, std::uint64_t ticket) override;
  void OnLines(absl::Span<const std::string_view> lines) override;
  void OnInvalidRelay(std::string_view line) override;

  void Pump();
  void HandOver();
  void Write(std::string out);

  const absl::flat_hash_set<std::string> herd_servers_ = {"Goloman", "Hands", "Wilkes"};
  SessionContext context_;
  Session session_;
  const Cut cut_;
  Moment now_ = {.since_epoch = 5 * kNanosPerSecond};
  std::string waiting_;
  bool half_closed_ = false;
  bool end_told_ = false;
  std::vector<std::string> writes_;
  std::vector<Question> questions_;
  std::vector<Wait> waits_;
  std::vector<std::string> lines_;
  std::vector<std::string> invalid_relays_;
  std::function<std::string(const places::Query&)> answer_at_once_;
  std::size_t answers_ = 0;
  std::size_t most_unanswered_ = 0;
};

// What is sent, answered and expected, in this order. It is played many times over, the bytes cut
// differently each time, and what comes must be the same.
class Conversation {
 public:
  Conversation& Send(std::string bytes);
  Conversation& HalfClose();
  Conversation& Answer(std::size_t question, std::string json);
  // Exactly this has come since the last expectation.
  Conversation& Expect(std::string bytes);
  Conversation& ExpectClosed();
  Conversation& ExpectOpen();

  // In one piece, byte by byte, and cut at random.
  void Play() const;

 private:
  using Step = std::function<void(Client&)>;
  void PlayOnce(const Cut& cut) const;

  std::vector<Step> steps_;
};

}  // namespace herd
