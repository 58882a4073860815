#include "tests/herd/chaos/watchers.h"

#include <poll.h>

#include <utility>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/operator_stub.h"

namespace herd::test {
namespace {

constexpr int kPauseMs = 50;  // before a watch that has ended is opened again

v1::WatchClientsRequest OfTheWholeEarth() {
  v1::WatchClientsRequest request;
  v1::Box& box = *request.mutable_area()->mutable_box();
  box.set_south(-90);
  box.set_north(90);
  box.set_west(-180);
  box.set_east(180);
  return request;
}

// "AT Goloman +0.5 walker-7 +1.5-2.25 1520023934.5" tells of walker-7.
ServerWatcher::Positions PositionsIn(const std::vector<std::string>& at_lines) {
  ServerWatcher::Positions positions;
  for (const std::string& line : at_lines) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words.size() == 6) positions[words[3]] = words[4];
  }
  return positions;
}

}  // namespace

ServerWatcher::ServerWatcher(const TestHerd* herd, const std::string& server)
    : server_(server), stub_(OperatorOf(*herd, server)), thread_([this] { Run(); }) {}

ServerWatcher::~ServerWatcher() {
  stopping_ = true;
  {
    absl::MutexLock lock(&mutex_);
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

void ServerWatcher::Run() {
  while (!stopping_) {
    Watch();
    poll(nullptr, 0, kPauseMs);
  }
}

std::shared_ptr<grpc::ClientContext> ServerWatcher::NewContext() {
  absl::MutexLock lock(&mutex_);
  context_ = std::make_shared<grpc::ClientContext>();
  if (stopping_) context_->TryCancel();
  known_.clear();
  return context_;
}

void ServerWatcher::Watch() {
  const auto context = NewContext();
  grpc::ClientContext deaf_context;
  const auto deaf = stub_->WatchClients(&deaf_context, {});
  const auto stream = stub_->WatchClients(context.get(), OfTheWholeEarth());
  v1::WatchClientsResponse message;
  while (stream->Read(&message)) {
    absl::MutexLock lock(&mutex_);
    for (const v1::ClientEvent& event : message.events()) Note(event);
  }
  stream->Finish();
  deaf_context.TryCancel();
  deaf->Finish();
}

void ServerWatcher::Note(const v1::ClientEvent& event) {
  ++events_;
  Known& known = known_[event.client().client_id()];
  if (event.client().time_ns() < known.time_ns) ++backwards_;
  known = {event.client().time_ns(), event.client().position()};
}

ServerWatcher::Positions ServerWatcher::known() const {
  absl::MutexLock lock(&mutex_);
  Positions positions;
  for (const auto& [client, known] : known_) positions[client] = known.position;
  return positions;
}

Watchers::Watchers(const TestHerd* herd) {
  for (const std::string& name : herd->Names()) {
    watchers_.push_back(std::make_unique<ServerWatcher>(herd, name));
  }
}

void Watchers::Check(const std::vector<std::string>& servers,
                     const std::vector<std::vector<std::string>>& answers) const {
  ASSERT_EQ(servers.size(), watchers_.size());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const ServerWatcher& watcher = *watchers_[i];
    ASSERT_EQ(watcher.server(), servers[i]);
    const ServerWatcher::Positions expected = PositionsIn(answers[i]);
    EXPECT_TRUE(Eventually([&] { return watcher.known() == expected; }))
        << "who watches " << servers[i] << " knows of " << watcher.known().size()
        << " clients, and it of " << expected.size();
  }
  EXPECT_EQ(backwards(), 0) << "events that went back in a client's time";
}

std::uint64_t Watchers::events() const {
  std::uint64_t events = 0;
  for (const auto& watcher : watchers_) events += watcher->events();
  return events;
}

std::uint64_t Watchers::backwards() const {
  std::uint64_t backwards = 0;
  for (const auto& watcher : watchers_) backwards += watcher->backwards();
  return backwards;
}

}  // namespace herd::test
