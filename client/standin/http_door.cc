#include "client/standin/http_door.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "httplib.h"

namespace herd::standin {
namespace {

// A connection holds a thread as long as it is open.
constexpr size_t kThreads = 192;
constexpr size_t kMostBodyBytes = size_t{1} << 20;
constexpr int kBacklog = 1024;
constexpr size_t kRequestsPerConnection = 1'000'000;
constexpr time_t kIdleSeconds = 10;
constexpr char kOpenSockets[] = "/proc/self/fd";

Request ToRequest(const httplib::Request& from) {
  Request request;
  request.method = from.method;
  request.path = from.path;
  request.api_key = from.get_header_value("X-Goog-Api-Key");
  request.field_mask = from.get_header_value("X-Goog-FieldMask");
  request.body = from.body;
  for (const auto& [name, value] : from.params) request.parameters.try_emplace(name, value);
  return request;
}

void FillIn(Reply reply, httplib::Response& response) {
  response.status = reply.http_status;
  if (!reply.location.empty()) response.set_header("Location", reply.location);
  if (!reply.truncated) {
    response.set_header("Content-Type", reply.content_type);
    response.body = std::move(reply.body);
    return;
  }
  response.set_content_provider(reply.body.size() + 1, reply.content_type.c_str(),
                                [half = reply.body.substr(0, reply.body.size() / 2)](
                                    size_t, size_t, httplib::DataSink& sink) {
                                  sink.write(half.data(), half.size());
                                  return false;
                                });
}

std::unique_ptr<httplib::Server> MakeServer(const HttpDoor::Tls& tls) {
  if (tls.certificate_file.empty()) return std::make_unique<httplib::Server>();
  return std::make_unique<httplib::SSLServer>(tls.certificate_file.c_str(), tls.key_file.c_str());
}

// The library's own options would let a second server share the port, unnoticed.
void AllowQuickRestart(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

// The port of an Internet address, 0 for any other.
int PortOf(const sockaddr_storage& address) {
  const auto* const any = reinterpret_cast<const sockaddr*>(&address);
  if (any->sa_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(any)->sin_port);
  if (any->sa_family != AF_INET6) return 0;
  return ntohs(reinterpret_cast<const sockaddr_in6*>(any)->sin6_port);
}

// `ask` is getsockname for the port at our end of a connection, getpeername for the other's.
int PortAt(decltype(getsockname)* ask, int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  const bool known = ask(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  return known ? PortOf(address) : 0;
}

absl::Status ListenError(const std::string& address, int port, int why) {
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, " port ", port, ": ",
                                             why != 0 ? std::strerror(why) : "no such address"));
}

}  // namespace

HttpDoor::HttpDoor(Answerer answerer, const Tls& tls)
    : answerer_(std::move(answerer)), server_(MakeServer(tls)) {
  server_->new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server_->set_keep_alive_max_count(kRequestsPerConnection);
  server_->set_keep_alive_timeout(kIdleSeconds);
  server_->set_tcp_nodelay(true);
  server_->set_payload_max_length(kMostBodyBytes);
  server_->set_socket_options([this](int socket) {
    AllowQuickRestart(socket);
    listening_socket_ = socket;
  });
  // Before the library's own routing, which knows paths as regular expressions only.
  server_->set_pre_routing_handler([this](const auto& request, auto& response) {
    // A request with a body is left to the library, which has not read the body yet.
    if (request.method != "GET" && request.method != "HEAD") {
      return httplib::Server::HandlerResponse::Unhandled;
    }
    BeginRequest(request.remote_port);
    FillIn(answerer_(ToRequest(request)), response);
    return httplib::Server::HandlerResponse::Handled;
  });
  server_->Post(".*", [this](const auto& request, auto& response) {
    BeginRequest(request.remote_port);
    FillIn(answerer_(ToRequest(request)), response);
  });
  // Called when the reply has been written.
  server_->set_logger(
      [this](const auto& request, const auto& /*response*/) { EndRequest(request.remote_port); });
}

HttpDoor::~HttpDoor() = default;

absl::Status HttpDoor::Listen(const std::string& address, int port) {
  if (!server_->is_valid()) {
    return absl::InvalidArgumentError("the TLS certificate and its key cannot be used");
  }
  errno = 0;
  const bool bound = port == 0 ? (port_ = server_->bind_to_any_port(address)) > 0
                               : server_->bind_to_port(address, port);
  if (!bound) return ListenError(address, port, errno);
  if (port != 0) port_ = port;
  // The library's backlog of five drops connections in a burst: listening again lengthens it.
  if (listen(listening_socket_, kBacklog) != 0) return ListenError(address, port, errno);
  return absl::OkStatus();
}

absl::Status HttpDoor::Serve() {
  if (server_->listen_after_bind() || stopping_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the listening socket of port ", port_, " broke"));
}

void HttpDoor::Stop() {
  stopping_ = true;
  if (server_->is_running()) server_->stop();
  EndIdleSockets();
}

void HttpDoor::BeginRequest(int client_port) {
  const std::lock_guard lock(mutex_);
  busy_ports_.insert(client_port);
}

void HttpDoor::EndRequest(int client_port) {
  const std::lock_guard lock(mutex_);
  const auto busy = busy_ports_.find(client_port);
  if (busy != busy_ports_.end()) busy_ports_.erase(busy);
}

void HttpDoor::EndIdleSockets() {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(kOpenSockets, ignored)) {
    const std::string name = entry.path().filename();
    int socket = -1;
    std::from_chars(name.data(), name.data() + name.size(), socket);
    if (PortAt(getsockname, socket) != port_) continue;
    if (!busy_ports_.contains(PortAt(getpeername, socket))) shutdown(socket, SHUT_RD);
  }
}

}  // namespace herd::standin
