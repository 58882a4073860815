#include "frontend/http/http_door.h"

#include <pthread.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/memory/memory.h"

namespace herd::http {

absl::StatusOr<std::unique_ptr<HttpDoor>> HttpDoor::Open(const std::string& address,
                                                         std::uint16_t port,
                                                         const std::string& purpose,
                                                         Answerer answerer) {
  absl::StatusOr<net::Descriptor> listener = net::Listen(address, port, false, purpose);
  if (!listener.ok()) return listener.status();
  return absl::WrapUnique(new HttpDoor(*std::move(listener), std::move(answerer)));
}

HttpDoor::HttpDoor(net::Descriptor listener, Answerer answerer)
    : listener_(std::move(listener)), answerer_(std::move(answerer)) {
  thread_ = std::thread([this] { Run(); });
}

HttpDoor::~HttpDoor() {
  loop_.Stop();
  thread_.join();
}

void HttpDoor::Run() {
  pthread_setname_np(pthread_self(), "herd-http");
  loop_.Watch(listener_.get(), this, true, false);
  loop_.Run([] {});
  loop_.Unwatch(listener_.get(), this);
  connections_.clear();
}

// One at a time: who is there already is answered in between, before it could be the oldest.
void HttpDoor::OnEvents(net::EventLoop::Events) {
  net::Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid()) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      PauseAccepting();
    }
    return;
  }
  if (connections_.size() >= kMaxConnections) connections_.erase(connections_.begin());
  const std::uint64_t number = ++last_connection_;
  HttpConnection::Host* const host = this;
  connections_.emplace(number,
                       std::make_unique<HttpConnection>(number, std::move(socket), host, &loop_));
  if (!std::exchange(sweeping_, true)) loop_.RunAfter(kSweep, [this] { Sweep(); });
}

void HttpDoor::PauseAccepting() {
  loop_.Rewatch(listener_.get(), this, false, false);
  loop_.RunAfter(kAcceptPause, [this] { loop_.Rewatch(listener_.get(), this, true, false); });
}

Reply HttpDoor::Answer(const Request& request) {
  if (request.method == "GET" || request.method == "HEAD") return answerer_(request.path);
  return {.status = 405, .body = "only GET and HEAD\n"};
}

void HttpDoor::OnClosed(std::uint64_t connection) {
  loop_.RunAfter(0, [this, connection] { connections_.erase(connection); });
}

void HttpDoor::Sweep() {
  while (!connections_.empty() &&
         connections_.begin()->second->since() <= loop_.now() - kPatience) {
    connections_.erase(connections_.begin());
  }
  sweeping_ = !connections_.empty();
  if (sweeping_) loop_.RunAfter(kSweep, [this] { Sweep(); });
}

}  // namespace herd::http
