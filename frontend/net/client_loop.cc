#include "frontend/net/client_loop.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/log/log.h"

namespace herd::net {

ClientLoop::ClientLoop(Shared* shared, Descriptor listener)
    : shared_(shared), listener_(std::move(listener)) {
  context_.server = shared->server;
  context_.herd = shared->herd;
  thread_ = std::thread([this] { Run(); });
}

ClientLoop::~ClientLoop() { Stop(); }

void ClientLoop::Stop() {
  if (!thread_.joinable()) return;
  loop_.Stop();
  thread_.join();
}

void ClientLoop::Run() {
  loop_.Watch(listener_.get(), this, true, false);
  loop_.Run();
  loop_.Unwatch(listener_.get(), this);
  connections_.clear();
}

void ClientLoop::OnEvents(EventLoop::Events) {
  for (int i = 0; i < kAcceptBurst && AcceptOne(); ++i) {
  }
}

bool ClientLoop::AcceptOne() {
  Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      PauseAccepting(errno);
    }
    return false;  // else there is none, or it has gone again
  }
  accept_failing_ = false;
  const std::uint64_t number = ++shared_->last_connection;
  Connection::Host* const host = this;
  connections_.emplace(number, std::make_unique<Connection>(number, std::move(socket), host, &loop_,
                                                            &context_, shared_->log_traffic));
  connection_count_.store(connections_.size(), std::memory_order_relaxed);
  return true;
}

void ClientLoop::PauseAccepting(int error) {
  if (!accept_failing_) {
    log::Error(absl::StrCat("cannot accept clients: ", std::strerror(error), "; ",
                            connections_.size(), " are connected, others wait"));
  }
  accept_failing_ = true;
  loop_.Rewatch(listener_.get(), this, false, false);
  loop_.RunAfter(kAcceptPause, [this] { loop_.Rewatch(listener_.get(), this, true, false); });
}

void ClientLoop::AskPlaces(std::uint64_t connection, places::Query query, std::uint64_t ticket) {
  shared_->places->Find(std::move(query), [this, connection, ticket](std::string json) {
    loop_.Post([this, connection, ticket, json = std::move(json)] {
      const auto asker = connections_.find(connection);
      if (asker != connections_.end()) asker->second->Answer(ticket, json);
    });
  });
}

void ClientLoop::OnClosed(std::uint64_t connection) {
  loop_.RunAfter(0, [this, connection] {
    connections_.erase(connection);
    connection_count_.store(connections_.size(), std::memory_order_relaxed);
  });
}

}  // namespace herd::net
