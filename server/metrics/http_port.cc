#include "server/metrics/http_port.h"

#include <microhttpd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "frontend/net/socket.h"
#include "server/log/log.h"

namespace herd::metrics {
namespace {

// What a connection may take, its request's head above all.
constexpr std::size_t kConnectionBytes = std::size_t{16} << 10;
// Of its thread, of which only what is used is ever taken.
constexpr std::size_t kStackBytes = std::size_t{1} << 20;

void Log(void*, const char* format, va_list arguments) {
  if (!log::Enabled(log::Level::kDebug)) return;
  std::array<char, 512> line{};
  if (std::vsnprintf(line.data(), line.size(), format, arguments) < 0) return;
  log::Debug(absl::StrCat("the port for metrics: ",
                          absl::CHexEscape(absl::StripSuffix(line.data(), "\n"))));
}

MHD_Result Send(HttpReply reply, MHD_Connection* connection) {
  const std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)> response(
      MHD_create_response_from_buffer(reply.body.size(), reply.body.data(), MHD_RESPMEM_MUST_COPY),
      &MHD_destroy_response);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response.get(), "Content-Type", reply.content_type.c_str());
  MHD_add_response_header(response.get(), "Connection", "close");
  if (reply.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response.get(), "Allow", "GET, HEAD");
  }
  return MHD_queue_response(connection, static_cast<unsigned int>(reply.status), response.get());
}

// Called when the head has come. It replies then, and so the library reads no body.
MHD_Result OnRequest(void* answerer, MHD_Connection* connection, const char* path,
                     const char* method, const char*, const char*, std::size_t*, void**) {
  const std::string_view verb = method;
  if (verb != "GET" && verb != "HEAD") {
    return Send({.status = MHD_HTTP_METHOD_NOT_ALLOWED, .body = "only GET and HEAD\n"}, connection);
  }
  return Send((*static_cast<const HttpPort::Answerer*>(answerer))(path), connection);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpPort>> HttpPort::Open(const std::string& address,
                                                         std::uint16_t port,
                                                         const std::string& purpose,
                                                         const Bounds& bounds, Answerer answerer) {
  // Not by the library, which neither resolves names nor says what is wrong.
  absl::StatusOr<net::Descriptor> listener = net::Listen(address, port, false, purpose);
  if (!listener.ok()) return listener.status();
  auto opened = absl::WrapUnique(new HttpPort(net::LocalPort(*listener), std::move(answerer)));
  opened->daemon_ = MHD_start_daemon(
      MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC |
          MHD_USE_ERROR_LOG,
      0, nullptr, nullptr, &OnRequest, &opened->answerer_,
      // First, so that it hears of what is wrong with the others.
      MHD_OPTION_EXTERNAL_LOGGER, &Log, nullptr,
      // Which it closes, also when it cannot start.
      MHD_OPTION_LISTEN_SOCKET, listener->Release(), MHD_OPTION_CONNECTION_LIMIT,
      bounds.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, bounds.connections_of_an_address,
      MHD_OPTION_CONNECTION_TIMEOUT, bounds.patience_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      kConnectionBytes, MHD_OPTION_THREAD_STACK_SIZE, kStackBytes, MHD_OPTION_END);
  if (opened->daemon_ == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot serve ", address, " port ", port, " for ",
                                               purpose, ": ", std::strerror(errno)));
  }
  return opened;
}

HttpPort::HttpPort(std::uint16_t port, Answerer answerer)
    : port_(port), answerer_(std::move(answerer)) {}

HttpPort::~HttpPort() {
  if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
}

}  // namespace herd::metrics
