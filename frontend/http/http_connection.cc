#include "frontend/http/http_connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace herd::http {
namespace {

bool IsTransient(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

HttpConnection::HttpConnection(std::uint64_t number, net::Descriptor socket, Host* host,
                               net::EventLoop* loop)
    : number_(number), socket_(std::move(socket)), host_(host), loop_(loop), since_(loop->now()) {
  loop_->Watch(socket_.get(), this, true, false);
}

HttpConnection::~HttpConnection() {
  if (!closed_) loop_->Unwatch(socket_.get(), this);
}

void HttpConnection::OnEvents(net::EventLoop::Events events) {
  if (events.broken && !events.readable) return Close();
  if (events.readable) Read();
  if (events.writable && !closed_) Write();
}

void HttpConnection::Read() {
  std::array<char, kMaxHeadBytes> space;
  const ssize_t size = recv(socket_.get(), space.data(), space.size(), 0);
  if (size < 0 && IsTransient(errno)) return;
  // A half-closed one still gets what is on its way to it.
  if (size < 0 || (size == 0 && unsent_.empty())) return Close();
  if (size == 0) return loop_->Rewatch(socket_.get(), this, false, true);
  if (answered_) return;
  head_.append(space.data(), static_cast<std::size_t>(size));
  const std::size_t head_size = HeadSize(head_);
  if (head_size > kMaxHeadBytes || (head_size == 0 && head_.size() > kMaxHeadBytes)) {
    return Say({.status = 431, .body = "the head of the request is too long\n"}, true);
  }
  if (head_size == 0) return;
  const absl::StatusOr<Request> request = ParseHead(std::string_view(head_).substr(0, head_size));
  if (!request.ok()) return Say({.status = 400, .body = "not an HTTP/1 request\n"}, true);
  Say(host_->Answer(*request), request->method != "HEAD");
}

void HttpConnection::Say(const Reply& reply, bool with_body) {
  answered_ = true;
  std::string().swap(head_);
  unsent_ = ToText(reply, with_body);
  Write();
}

void HttpConnection::Write() {
  const ssize_t sent = send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0 && !IsTransient(errno)) return Close();
  if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
  // The client closes when it has seen the end; what it still sends until then is dropped.
  if (unsent_.empty()) shutdown(socket_.get(), SHUT_WR);
  loop_->Rewatch(socket_.get(), this, true, !unsent_.empty());
}

void HttpConnection::Close() {
  closed_ = true;
  loop_->Unwatch(socket_.get(), this);
  host_->OnClosed(number_);
}

}  // namespace herd::http
