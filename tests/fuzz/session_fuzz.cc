// A client's bytes in pieces, with Places and neighbours that answer when they like, and the same
// bytes in one piece, answered at once: both clients are told the same.
//
// libFuzzer calls LLVMFuzzerTestOneInput; ctest runs it for some seconds over tests/fuzz/sessions.
// The input's first line says where to cut and when to answer, see Script; the rest is the
// client's.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "frontend/session/session.h"

namespace herd {
namespace {

constexpr const char* kPlaces = "{\n   \"results\" : [],\n   \"status\" : \"ZERO_RESULTS\"\n}";

// What happens next, a byte for each step; over and over.
class Script {
 public:
  explicit Script(std::string_view steps) : steps_(steps) {}
  std::uint8_t Next() {
    if (steps_.empty()) return 0;
    return static_cast<std::uint8_t>(steps_[next_++ % steps_.size()]);
  }

 private:
  const std::string_view steps_;
  std::size_t next_ = 0;
};

class StoreHerd final : public Herd {
 public:
  explicit StoreHerd(bool neighbors_have_all) : neighbors_have_all_(neighbors_have_all) {}
  Versions Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) override {
    return store_.Execute(requests, sightings).reported;
  }
  void Publish() override {}
  bool AreAcknowledged(const Versions&) override { return neighbors_have_all_; }
  void Await(const Versions&) override {}

 private:
  Store store_{{"Goloman", 1}};
  const bool neighbors_have_all_;
};

class Client final : private Session::Host {
 public:
  Client(bool answered_at_once, Session::Peer peer)
      : answered_at_once_(answered_at_once),
        herd_(answered_at_once),
        context_{.server = "Goloman", .herd = &herd_, .herd_servers = &herd_servers_},
        session_(&context_, this, peer) {}

  // So many bytes of the input arrive, as many as there are and the session wants.
  std::string_view Send(std::string_view input, std::size_t bytes) {
    if (!session_.wants_input()) return input;
    bytes = std::min(bytes, input.size());
    // Of exactly that size, so that a read beyond it shows.
    const std::unique_ptr<char[]> piece(new char[bytes]);
    std::copy_n(input.begin(), bytes, piece.get());
    session_.Receive({piece.get(), bytes}, kNow, &said_);
    return input.substr(bytes);
  }
  void End() {
    if (session_.wants_input()) session_.ReceiveEnd(kNow, &said_);
  }
  void Resume() {
    if (session_.can_resume()) session_.Resume(kNow, &said_);
  }
  // Whatever has waited longest, or last.
  void Answer(bool last) {
    if (waiting_.empty()) return;
    const auto [ticket, for_places] = last ? waiting_.back() : waiting_.front();
    last ? waiting_.pop_back() : waiting_.pop_front();
    if (for_places) {
      session_.Answer(ticket, places::Document(kPlaces), &said_);
    } else {
      session_.Pass(ticket, &said_);
    }
  }

  bool waits() const { return !waiting_.empty(); }
  bool finished() const { return session_.finished(); }
  bool can_go_on() const { return session_.can_resume(); }
  bool wants_input() const { return session_.wants_input(); }
  const std::string& said() const { return said_; }

 private:
  static constexpr Moment kNow = {.since_epoch = 5 * kNanosPerSecond};

  places::Document AskPlaces(const places::Query&, std::uint64_t ticket) override {
    if (answered_at_once_) return places::Document(kPlaces);
    waiting_.emplace_back(ticket, true);
    return {};
  }
  void AwaitNeighbors(const Versions&, std::uint64_t ticket) override {
    waiting_.emplace_back(ticket, false);
  }
  void OnLines(absl::Span<const std::string_view>) override {}
  void OnInvalidRelay(std::string_view) override {}

  const bool answered_at_once_;
  StoreHerd herd_;
  const absl::flat_hash_set<std::string> herd_servers_ = {"Goloman", "Hands"};
  SessionContext context_;
  Session session_;
  std::deque<std::pair<std::uint64_t, bool>> waiting_;
  std::string said_;
};

std::string InOnePiece(std::string_view input, Session::Peer peer) {
  Client client(true, peer);
  while (!input.empty() && !client.finished()) {
    input = client.Send(input, input.size());
    client.Resume();
  }
  client.End();
  while (client.can_go_on()) client.Resume();
  return client.said();
}

void TakeStep(Client* client, Script* script, std::string_view* input) {
  const std::uint8_t step = script->Next();
  if (step % 4 == 0) client->Answer(false);
  if (step % 4 == 1) client->Answer(true);
  if (step % 4 == 2) client->Resume();
  *input = client->Send(*input, 1 + step / 4);
}

std::string InPieces(std::string_view input, Session::Peer peer, Script script) {
  Client client(false, peer);
  while (!input.empty() && !client.finished()) {
    TakeStep(&client, &script, &input);
    if (!client.wants_input()) {
      client.Answer(false);
      client.Resume();
    }
  }
  while (!client.wants_input() && (client.waits() || client.can_go_on())) {
    client.Answer(false);
    client.Resume();
  }
  client.End();
  while (client.waits() || client.can_go_on()) {
    client.Answer(false);
    client.Resume();
  }
  return client.said();
}

}  // namespace
}  // namespace herd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view steps = all.substr(0, all.find('\n'));
  const std::string_view input = all.substr(std::min(all.size(), steps.size() + 1));
  // Every byte is a step; this one says too who is speaking.
  const auto peer =
      steps.starts_with('t') ? herd::Session::Peer::kTextNeighbor : herd::Session::Peer::kClient;
  const std::string whole = herd::InOnePiece(input, peer);
  const std::string pieces = herd::InPieces(input, peer, herd::Script(steps));
  if (whole == pieces) return 0;
  std::fprintf(stderr, "in one piece:\n%s\nin pieces:\n%s\n", whole.c_str(), pieces.c_str());
  std::abort();
}
