#include "tests/herd/harness/text_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/loopback.h"

namespace herd::test {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;

}  // namespace

TextClient::TextClient(std::uint16_t port) : TextClient(client::Endpoint{PrivateAddress(), port}) {}

TextClient::TextClient(const client::Endpoint& endpoint, const std::string& from)
    : socket_(ConnectTo(endpoint, from)) {
  if (socket_ >= 0) return;
  ADD_FAILURE() << "cannot connect to " << endpoint.ToString() << ": " << strerror(errno);
}

TextClient::~TextClient() { Close(); }

void TextClient::Close() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

bool TextClient::WaitUntil(short events, const char* what) {
  if (socket_ < 0) return false;
  pollfd ready{.fd = socket_, .events = events, .revents = 0};
  if (poll(&ready, 1, kPatienceMs) == 1) return true;
  ADD_FAILURE() << "the server " << what << "; read and not asked for: '" << unread_ << "'";
  Close();
  return false;
}

void TextClient::Send(std::string_view bytes) {
  while (!bytes.empty() && WaitUntil(POLLOUT, "takes nothing more")) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return;  // It shows in what is read then.
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::size_t TextClient::SendSome(std::string_view bytes) {
  std::size_t total = 0;
  ssize_t sent = 0;
  while (total < bytes.size() && (sent = send(socket_, &bytes[total], bytes.size() - total,
                                              MSG_NOSIGNAL | MSG_DONTWAIT)) > 0) {
    total += static_cast<std::size_t>(sent);
  }
  return total;
}

void TextClient::HalfClose() { shutdown(socket_, SHUT_WR); }

void TextClient::Reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

std::string TextClient::ReadOnce() {
  if (!unread_.empty()) return std::exchange(unread_, {});
  std::string bytes(kReadBytes, '\0');
  if (!WaitUntil(POLLIN, "says nothing more")) return "";
  const ssize_t size = recv(socket_, bytes.data(), bytes.size(), 0);
  EXPECT_GE(size, 0) << "the connection broke: " << strerror(errno);
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

std::string TextClient::ReadLine() {
  std::size_t end = 0;
  while ((end = unread_.find('\n')) == std::string::npos) {
    std::string before = std::exchange(unread_, {});
    const std::string more = ReadOnce();
    unread_ = before + more;
    if (more.empty()) return std::exchange(unread_, {});
  }
  std::string line = unread_.substr(0, end + 1);
  unread_.erase(0, end + 1);
  return line;
}

std::string TextClient::ReadLines(std::size_t count) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) lines += ReadLine();
  return lines;
}

std::string TextClient::ReadToEnd() {
  std::string all;
  for (std::string more = ReadOnce(); !more.empty(); more = ReadOnce()) all += more;
  return all;
}

std::string TextClient::Ask(std::string_view line) {
  Send(std::string(line) + "\n");
  return ReadLine();
}

std::string Converse(std::uint16_t port, std::string_view input) {
  return Converse({PrivateAddress(), port}, input);
}

std::string Converse(const client::Endpoint& endpoint, std::string_view input) {
  TextClient client(endpoint);
  client.Send(input);
  client.HalfClose();
  return client.ReadToEnd();
}

}  // namespace herd::test
