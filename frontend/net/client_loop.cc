#include "frontend/net/client_loop.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/log/log.h"
#include "server/state/clock.h"

namespace herd::net {
namespace {

// A time that a limit sets is noticed to have passed this part of it late at most.
constexpr Nanos kSweepsPerLimit = 8;
constexpr std::size_t kShownOfLine = 200;
constexpr Nanos kLongestSweepInterval = 10 * kNanosPerSecond;

Nanos SweepInterval(const Limits& limits) {
  Nanos shortest = kLongestSweepInterval * kSweepsPerLimit;
  for (const Nanos limit : {limits.idle, limits.line, limits.reply}) {
    if (limit > 0) shortest = std::min(shortest, limit);
  }
  return shortest / kSweepsPerLimit;
}

std::string Explain(Closure reason, const Limits& limits) {
  switch (reason) {
    case Closure::kIdle:
      return absl::StrCat("it has said nothing for ", limits.idle / kNanosPerSecond, " s");
    case Closure::kUnfinishedLine:
      return absl::StrCat("it has not finished its line within ", limits.line / kNanosPerSecond,
                          " s");
    case Closure::kUntakenReplies:
      return absl::StrCat("it has taken nothing of its replies for ",
                          limits.reply / kNanosPerSecond, " s");
    case Closure::kPendingBytes:
      return absl::StrCat("what is kept for all clients is more than ", limits.pending_bytes,
                          " bytes, and its part more than an equal share");
    case Closure::kUnfinishedHandshake:
      return absl::StrCat("it has not finished the TLS handshake within ",
                          limits.line / kNanosPerSecond, " s, or while many others came");
    case Closure::kFailedHandshake:
      return "it speaks without TLS, or not with 1.2 or later, or does not trust this server's "
             "certificate";
  }
  return "";
}

}  // namespace

ClientLoop::ClientLoop(Shared* shared, Descriptor listener)
    : shared_(shared),
      listener_(std::move(listener)),
      secure_door_(shared->identity),
      traffic_(shared->log_traffic) {
  context_.server = shared->server;
  context_.herd = shared->herd;
  context_.herd_servers = &shared->herd_servers;
  thread_ = std::thread([this] { Run(); });
}

ClientLoop::~ClientLoop() { Stop(); }

// At most one at a time: a thread that is stuck takes none of them.
void ClientLoop::Wake() {
  if (wake_posted_.exchange(true)) return;
  loop_.Post([this] { wake_posted_.store(false); });
}

void ClientLoop::Stop() {
  if (!thread_.joinable()) return;
  loop_.Stop();
  thread_.join();
}

void ClientLoop::Run() {
  pthread_setname_np(pthread_self(), "herd-clients");
  loop_.Watch(listener_.get(), this, true, false);
  SweepRegularly();
  loop_.Run([this] {
    SendReplies();
    traffic_.Flush();
  });
  if (listener_.valid()) loop_.Unwatch(listener_.get(), this);
  connections_.clear();
  traffic_.Flush();
}

void ClientLoop::SweepRegularly() {
  loop_.RunAfter(SweepInterval(shared_->limits), [this] {
    for (const auto& [number, connection] : connections_) connection->CloseIfOverdue();
    GiveBackMemory();
    SweepRegularly();
  });
}

// The allocator keeps what is free between what is in use, which a crowd leaves a lot of.
void ClientLoop::GiveBackMemory() {
  const std::size_t connections = connections_.size();
  most_connections_ = std::max(most_connections_, connections);
  // It goes bit by bit, and the last of it leaves something too.
  const std::size_t crowd = crowd_leaves_ ? kFew : kCrowd;
  if (most_connections_ < crowd || connections > most_connections_ / 2) return;
  most_connections_ = connections;
  crowd_leaves_ = connections > kFew;
  malloc_trim(0);
}

void ClientLoop::OnEvents(EventLoop::Events) {
  for (int i = 0; i < kAcceptBurst && AcceptOne(); ++i) {
  }
}

bool ClientLoop::AcceptOne() {
  Arrival arrival = Accept(listener_);
  if (!arrival.socket.valid()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      PauseAccepting(errno);
    }
    return false;  // else there is none, or it has gone again
  }
  accept_failing_ = false;
  const Admission::Verdict verdict = shared_->admission.Enter(arrival.from);
  if (verdict != Admission::Verdict::kAdmitted) {
    Refuse(verdict, arrival.socket);
    return true;
  }
  counters_.accepted.Add(1);
  const std::uint64_t number = ++shared_->last_connection;
  Connection::Host* const host = this;
  std::unique_ptr<SecureChannel> channel = secure_door_.Open(arrival.socket);
  const auto peer = shared_->text_neighbors.contains(arrival.from) ? Session::Peer::kTextNeighbor
                                                                   : Session::Peer::kClient;
  connections_.emplace(
      number, std::make_unique<Connection>(number, std::move(arrival.socket), std::move(channel),
                                           Admission::Seat(&shared_->admission, arrival.from), peer,
                                           host, &loop_, &context_, &traffic_));
  if (shared_->identity != nullptr) NoteHandshake(number);
  return true;
}

void ClientLoop::NoteHandshake(std::uint64_t connection) {
  shaking_hands_.push_back(connection);
  if (shaking_hands_.size() <= kMaxShakingHands) return;
  if (Connection* const oldest = Find(shaking_hands_.front())) oldest->CloseIfShakingHands();
  shaking_hands_.pop_front();
}

void ClientLoop::Refuse(Admission::Verdict verdict, const Descriptor& socket) {
  const Limits& limits = shared_->limits;
  if (verdict == Admission::Verdict::kFull) {
    counters_.refused.Add(1);
    shared_->full.Write(log::Level::kWarning, loop_.now(), [&] {
      return absl::StrCat("turned away the client ", PeerName(socket), ": ", limits.connections,
                          " are connected, and more may not be");
    });
  } else {
    counters_.refused_of_address.Add(1);
    shared_->full_for_address.Write(log::Level::kWarning, loop_.now(), [&] {
      return absl::StrCat("turned away the client ", PeerName(socket), ": ",
                          limits.connections_per_address,
                          " are connected from there, and more of an address may not be");
    });
  }
}

void ClientLoop::PauseAccepting(int error) {
  if (!accept_failing_) {
    log::Error(absl::StrCat("cannot accept clients: ", std::strerror(error), "; ",
                            connections_.size(), " are connected, others wait"));
  }
  accept_failing_ = true;
  counters_.accept_failures.Add(1);
  loop_.Rewatch(listener_.get(), this, false, false);
  loop_.RunAfter(kAcceptPause, [this] {
    if (listener_.valid()) loop_.Rewatch(listener_.get(), this, true, false);
  });
}

places::Document ClientLoop::AskPlaces(std::uint64_t connection, const places::Query& query,
                                       std::uint64_t ticket) {
  const auto answer = [this, connection, ticket](places::Document json) {
    loop_.Post([this, connection, ticket, json = std::move(json)] {
      if (Connection* const asker = Find(connection)) asker->Answer(ticket, json);
    });
  };
  return shared_->places->Find(query, connection, answer);
}

void ClientLoop::AwaitNeighbors(std::uint64_t connection, const Versions& versions,
                                std::uint64_t ticket) {
  const bool own = std::all_of(versions.begin(), versions.end(), [](const Version& version) {
    return version.origin == Store::kOwnOrigin;
  });
  if (own) {
    waiting_.push_back({versions, connection, ticket});
  } else {
    AwaitOthersUpdates(connection, versions, ticket);
  }
  anything_waits_.store(true);
  if (shared_->herd->AreAcknowledged(versions)) OnAcknowledged();
}

void ClientLoop::AwaitOthersUpdates(std::uint64_t connection, const Versions& versions,
                                    std::uint64_t ticket) {
  const std::uint64_t number = ++last_waiting_;
  waiting_for_others_[number] = {versions, connection, ticket};
  shared_->herd->Await(versions);
  loop_.RunAfter(shared_->longest_wait, [this, number] {
    const auto waiting = waiting_for_others_.extract(number);
    if (waiting) Pass(waiting.mapped());
  });
}

void ClientLoop::OnAcknowledged() {
  if (!anything_waits_.load() || pass_posted_.exchange(true)) return;
  loop_.Post([this] { PassAll(); });
}

void ClientLoop::PassAll() {
  pass_posted_.store(false);
  while (!waiting_.empty() && shared_->herd->AreAcknowledged(waiting_.front().versions)) {
    const Waiting passed = std::move(waiting_.front());
    waiting_.pop_front();
    Pass(passed);
  }
  std::vector<std::uint64_t> passed;
  for (const auto& [number, waiting] : waiting_for_others_) {
    if (shared_->herd->AreAcknowledged(waiting.versions)) passed.push_back(number);
  }
  for (const std::uint64_t number : passed) Pass(waiting_for_others_.extract(number).mapped());
  anything_waits_.store(!waiting_.empty() || !waiting_for_others_.empty());
}

void ClientLoop::Pass(const Waiting& waiting) {
  if (Connection* const waiter = Find(waiting.connection)) waiter->Pass(waiting.ticket);
}

void ClientLoop::Leave(EventLoop::Task done) {
  loop_.Post([this, done = std::move(done)]() mutable {
    on_left_ = std::move(done);
    loop_.Unwatch(listener_.get(), this);
    listener_ = Descriptor();
    for (const auto& [number, connection] : connections_) connection->Leave();
    FinishLeaving();
  });
}

void ClientLoop::FinishLeaving() {
  if (on_left_ && connections_.empty()) std::exchange(on_left_, nullptr)();
}

void ClientLoop::SendLater(std::uint64_t connection, std::size_t begin) {
  outgoing_.push_back({connection, begin, replies_.size()});
  if (replies_.size() >= kMaxReplies || outgoing_.size() >= kMaxTurns) SendReplies();
}

// A client that sleeps is woken by the first of its replies, and finds the others when it has
// worked on that: so they are sent together, after all that can be read has been worked on.
void ClientLoop::SendReplies() {
  if (outgoing_.empty()) return;
  for (const Outgoing& out : outgoing_) {
    Connection* const connection = Find(out.connection);
    if (connection == nullptr) continue;
    connection->Send(std::string_view(replies_).substr(out.begin, out.end - out.begin));
  }
  TimeReplies();
  shared_->herd->Publish();
  // Only now, since a connection may have said several things, and may end with the last of them.
  for (const Outgoing& out : outgoing_) {
    if (Connection* const connection = Find(out.connection)) connection->Settle();
  }
  outgoing_.clear();
  replies_.clear();
}

void ClientLoop::TimeReplies() {
  Departures& departures = context_.departures;
  if (departures.batches().empty()) return;
  const Nanos now = MonotonicNow();
  for (const Departures::Batch& batch : departures.batches()) {
    const auto waited_for = static_cast<std::size_t>(batch.waited_for);
    counters_.reply_times[waited_for].Record(now - batch.since, batch.replies);
  }
  departures.Clear();
}

void ClientLoop::ResumeLater(std::uint64_t connection) {
  loop_.RunAfter(0, [this, connection] {
    if (Connection* const resumed = Find(connection)) resumed->Resume();
  });
}

bool ClientLoop::OnKept(std::size_t before, std::size_t now) {
  // Unsigned numbers wrap: the sum is right whichever of both is the greater one.
  const std::size_t all = shared_->kept_bytes.fetch_add(now - before) + (now - before);
  if (now <= before || all <= shared_->limits.pending_bytes) return false;
  const std::size_t share =
      shared_->limits.pending_bytes / std::max<std::size_t>(1, shared_->admission.inside());
  return now > share;
}

void ClientLoop::OnClosing(Closure reason, const std::string& client) {
  const auto index = static_cast<std::size_t>(reason);
  counters_.closed[index].Add(1);
  // That is no misbehaviour.
  const auto level = reason == Closure::kIdle ? log::Level::kInfo : log::Level::kWarning;
  shared_->closed[index].Write(level, loop_.now(), [&] {
    return absl::StrCat("closed the client ", client, ": ", Explain(reason, shared_->limits));
  });
}

void ClientLoop::OnInvalidRelay(const std::string& peer, std::string_view line) {
  shared_->invalid_relay.Write(log::Level::kWarning, loop_.now(), [&] {
    return absl::StrCat("do not believe the text neighbor ", peer,
                        ", which names a server that is not configured, or nothing that is right: ",
                        absl::CHexEscape(std::string(line.substr(0, kShownOfLine))));
  });
}

void ClientLoop::ReadLater(std::uint64_t connection) {
  deep_.push_back(connection);
  if (deep_.size() == 1) loop_.RunAfter(0, [this] { TakeDeepTurn(); });
}

// In each round as long as there are any, so that the loop does not wait meanwhile.
void ClientLoop::TakeDeepTurn() {
  if (loop_.is_idle() || loop_.now() >= next_deep_turn_) {
    SendReplies();  // those of the others, which are not to wait nor to count
    const Nanos begin = MonotonicNow();
    const std::uint64_t connection = deep_.front();
    if (Connection* const next = Find(connection)) next->ReadInTurn();
    // Only now, since it may have put itself in again: at the end.
    deep_.pop_front();
    SendReplies();
    next_deep_turn_ = loop_.now() + (MonotonicNow() - begin) * kDeepPart;
  }
  if (!deep_.empty()) loop_.RunAfter(0, [this] { TakeDeepTurn(); });
}

Connection* ClientLoop::Find(std::uint64_t connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? nullptr : found->second.get();
}

void ClientLoop::OnClosed(std::uint64_t connection, bool waits) {
  if (waits) shared_->places->Forget(connection);
  loop_.RunAfter(0, [this, connection] {
    connections_.erase(connection);
    FinishLeaving();
  });
}

}  // namespace herd::net
