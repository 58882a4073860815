#include "tests/frontend/session/conversation.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "gtest/gtest.h"

namespace herd {
namespace {

constexpr std::uint64_t kRandomCuts = 12;

Cut RandomCut(std::uint64_t seed) {
  return [random = std::mt19937_64(seed)](std::size_t waiting) mutable {
    const std::size_t most = std::min<std::size_t>(waiting, random() % 4 == 0 ? 9000 : 40);
    return 1 + random() % most;
  };
}

}  // namespace

Client::Client(Herd* herd, Cut cut, Session::Peer peer)
    : context_{.server = "Goloman", .herd = herd, .herd_servers = &herd_servers_},
      session_(&context_, this, peer),
      cut_(std::move(cut)) {}

void Client::Send(std::string_view bytes) {
  waiting_.append(bytes);
  Pump();
}

void Client::HalfClose() {
  half_closed_ = true;
  Pump();
}

void Client::Answer(std::size_t question, std::string_view json) {
  std::string out;
  ++answers_;
  session_.Answer(questions_.at(question).ticket, places::Document(std::string(json)), &out);
  Write(std::move(out));
  Pump();
}

void Client::Pass(std::size_t wait) {
  std::string out;
  session_.Pass(waits_.at(wait).ticket, &out);
  Write(std::move(out));
  Pump();
}

void Client::Stop() {
  std::string out;
  session_.Stop(now_, &out);
  Write(std::move(out));
}

void Client::Pump() {
  for (;;) {
    if (session_.can_resume()) {
      std::string out;
      session_.Resume(now_, &out);
      Write(std::move(out));
    } else if (session_.wants_input() && !waiting_.empty()) {
      HandOver();
    } else {
      break;
    }
  }
  if (!half_closed_ || end_told_ || !waiting_.empty() || !session_.wants_input()) return;
  end_told_ = true;
  std::string out;
  session_.ReceiveEnd(now_, &out);
  Write(std::move(out));
}

void Client::HandOver() {
  const std::size_t size = cut_ ? cut_(waiting_.size()) : waiting_.size();
  const std::unique_ptr<char[]> exact(new char[size]);
  waiting_.copy(exact.get(), size);
  waiting_.erase(0, size);
  std::string out;
  session_.Receive({exact.get(), size}, now_, &out);
  Write(std::move(out));
}

void Client::Write(std::string out) {
  if (!out.empty()) writes_.push_back(std::move(out));
}

std::string Client::Receive() {
  std::string received;
  for (const std::string& write : ReceiveWrites()) received += write;
  return received;
}

std::vector<std::string> Client::ReceiveWrites() { return std::exchange(writes_, {}); }

places::Document Client::AskPlaces(const places::Query& query, std::uint64_t ticket) {
  if (answer_at_once_) return places::Document(answer_at_once_(query));
  questions_.push_back({query, ticket});
  most_unanswered_ = std::max(most_unanswered_, unanswered());
  return {};
}

void Client::AwaitNeighbors(const Versions& versions, std::uint64_t ticket) {
  waits_.push_back({versions, ticket});
}

void Client::OnLines(absl::Span<const std::string_view> lines) {
  lines_.insert(lines_.end(), lines.begin(), lines.end());
}

void Client::OnInvalidRelay(std::string_view line) { invalid_relays_.emplace_back(line); }

Conversation& Conversation::Send(std::string bytes) {
  steps_.push_back([bytes = std::move(bytes)](Client& client) { client.Send(bytes); });
  return *this;
}

Conversation& Conversation::HalfClose() {
  steps_.push_back([](Client& client) { client.HalfClose(); });
  return *this;
}

Conversation& Conversation::Answer(std::size_t question, std::string json) {
  steps_.push_back([question, json = std::move(json)](Client& client) {
    ASSERT_LT(question, client.questions().size()) << "Places has not been asked that";
    client.Answer(question, json);
  });
  return *this;
}

Conversation& Conversation::Expect(std::string bytes) {
  steps_.push_back(
      [bytes = std::move(bytes)](Client& client) { ASSERT_EQ(client.Receive(), bytes); });
  return *this;
}

Conversation& Conversation::ExpectClosed() {
  steps_.push_back([](Client& client) { ASSERT_TRUE(client.finished()); });
  return *this;
}

Conversation& Conversation::ExpectOpen() {
  steps_.push_back([](Client& client) { ASSERT_FALSE(client.finished()); });
  return *this;
}

void Conversation::PlayOnce(const Cut& cut) const {
  StoreHerd herd;
  Client client(&herd, cut);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    SCOPED_TRACE("step " + std::to_string(i));
    steps_[i](client);
    if (testing::Test::HasFatalFailure()) return;
  }
}

void Conversation::Play() const {
  {
    SCOPED_TRACE("in one piece");
    PlayOnce(nullptr);
  }
  {
    SCOPED_TRACE("byte by byte");
    PlayOnce([](std::size_t) { return 1; });
  }
  for (std::uint64_t seed = 1; seed <= kRandomCuts; ++seed) {
    SCOPED_TRACE("cut at random, seed " + std::to_string(seed));
    PlayOnce(RandomCut(seed));
  }
}

}  // namespace herd
