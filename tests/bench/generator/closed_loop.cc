#include "tests/bench/generator/closed_loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace herd::bench {
namespace {

using Clock = std::chrono::steady_clock;

absl::Status Failed(const char* call) { return absl::ErrnoToStatus(errno, call); }

class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (socket_ >= 0) close(socket_);
  }

  absl::Status Connect(std::uint16_t port) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return Failed("socket");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (connect(socket_, generic, sizeof(address)) == 0) return absl::OkStatus();
    return absl::ErrnoToStatus(errno, absl::StrCat("connecting to port ", port));
  }

  absl::Status Send(std::string_view batch) {
    sent_at_ = Clock::now();
    while (!batch.empty()) {
      const ssize_t sent = send(socket_, batch.data(), batch.size(), MSG_NOSIGNAL);
      if (sent < 0) return Failed("send");
      batch.remove_prefix(static_cast<std::size_t>(sent));
    }
    return absl::OkStatus();
  }

  int socket() const { return socket_; }

  // Whether the next byte is the first of a reply.
  bool at_start = true;
  int awaited = 0;  // replies
  // The last byte, which was not the last of a reply, was a line end.
  bool after_newline = false;

  std::uint64_t NanosecondsSinceSend() const {
    const auto passed = Clock::now() - sent_at_;
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(passed).count());
  }

 private:
  static int socket(int family, int type, int protocol) { return ::socket(family, type, protocol); }

  int socket_ = -1;
  Clock::time_point sent_at_;
};

class ClosedLoop {
 public:
  explicit ClosedLoop(const Plan& plan)
      : plan_(plan),
        requests_(*plan.protocol, plan.clients, plan.order),
        connections_(static_cast<std::size_t>(plan.connections)) {}
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;
  ~ClosedLoop() {
    if (poll_ >= 0) close(poll_);
  }

  absl::StatusOr<Outcome> Run() {
    if (absl::Status status = Open(); !status.ok()) return status;
    const Clock::time_point start = Clock::now();
    if (plan_.seconds > 0) end_ = start + Seconds(plan_.seconds);
    for (Connection& each : connections_) {
      if (absl::Status status = SendNext(each); !status.ok()) return status;
    }
    while (busy_ > 0) {
      if (absl::Status status = ServeReady(); !status.ok()) return status;
    }
    outcome_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(outcome_);
  }

 private:
  static Clock::duration Seconds(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  absl::Status Open() {
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    if (poll_ < 0) return Failed("epoll_create1");
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      Connection& each = connections_[i];
      const std::uint16_t port = plan_.ports[i % plan_.ports.size()];
      if (absl::Status status = each.Connect(port); !status.ok()) return status;
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &each;
      if (epoll_ctl(poll_, EPOLL_CTL_ADD, each.socket(), &event) != 0) return Failed("epoll_ctl");
    }
    return absl::OkStatus();
  }

  int NextDepth() const {
    if (plan_.seconds > 0 && Clock::now() >= end_) return 0;
    if (plan_.requests == 0) return plan_.depth;
    return static_cast<int>(
        std::min<std::uint64_t>(plan_.requests - sent_, static_cast<std::uint64_t>(plan_.depth)));
  }

  absl::Status SendNext(Connection& connection) {
    connection.awaited = NextDepth();
    if (connection.awaited == 0) return absl::OkStatus();
    batch_.clear();
    for (int i = 0; i < connection.awaited; ++i) requests_.AppendTo(batch_);
    sent_ += static_cast<std::uint64_t>(connection.awaited);
    ++busy_;
    return connection.Send(batch_);
  }

  absl::Status ServeReady() {
    std::array<epoll_event, 64> ready;
    const int count = epoll_wait(poll_, ready.data(), ready.size(), -1);
    if (count < 0) return errno == EINTR ? absl::OkStatus() : Failed("epoll_wait");
    for (int i = 0; i < count; ++i) {
      absl::Status status = Receive(*static_cast<Connection*>(ready[i].data.ptr));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Receive(Connection& connection) {
    const ssize_t count = recv(connection.socket(), buffer_.data(), buffer_.size(), 0);
    if (count < 0) return Failed("recv");
    if (count == 0) return absl::UnavailableError("the server closed a connection");
    CountReplies(connection, {buffer_.data(), static_cast<std::size_t>(count)});
    if (connection.awaited > 0) return absl::OkStatus();
    if (connection.awaited < 0) return absl::InternalError("more replies than requests");
    outcome_.batches.Record(connection.NanosecondsSinceSend());
    --busy_;
    return SendNext(connection);
  }

  void CountReplies(Connection& connection, std::string_view bytes) {
    if (plan_.protocol->many_lines) return CountLongReplies(connection, bytes);
    while (!bytes.empty()) {
      if (connection.at_start && bytes.front() != plan_.protocol->reply) ++outcome_.refused;
      const std::size_t end = bytes.find('\n');
      connection.at_start = end != std::string_view::npos;
      if (!connection.at_start) return;
      ++outcome_.requests;
      --connection.awaited;
      bytes.remove_prefix(end + 1);
    }
  }

  // The empty line at a reply's end may come in two pieces.
  void CountLongReplies(Connection& connection, std::string_view bytes) {
    while (!bytes.empty()) {
      if (connection.at_start && bytes.front() != plan_.protocol->reply) ++outcome_.refused;
      const bool split = connection.after_newline && bytes.front() == '\n';
      const std::size_t found = split ? 0 : bytes.find("\n\n");
      connection.at_start = found != std::string_view::npos;
      connection.after_newline = !connection.at_start && bytes.back() == '\n';
      if (!connection.at_start) return;
      ++outcome_.requests;
      --connection.awaited;
      bytes.remove_prefix(split ? 1 : found + 2);
    }
  }

  const Plan plan_;
  Requests requests_;
  std::vector<Connection> connections_;
  int poll_ = -1;
  int busy_ = 0;  // connections that await replies
  std::uint64_t sent_ = 0;
  Clock::time_point end_;
  std::string batch_;
  std::vector<char> buffer_ = std::vector<char>(1 << 16);
  Outcome outcome_;
};

}  // namespace

absl::StatusOr<Outcome> RunClosedLoop(const Plan& plan) { return ClosedLoop(plan).Run(); }

}  // namespace herd::bench
