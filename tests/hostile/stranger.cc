#include "tests/hostile/stranger.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"

namespace herd::hostile {
namespace {

constexpr int kManyReports = 1'000'000;
constexpr int kReportsAtOnce = 1000;
constexpr std::size_t kChunk = 1024;
constexpr std::size_t kGiantChunk = 16 * kChunk;

std::string ReportOf(const std::string& client_id) {
  return absl::StrCat("IAMAT ", client_id, " +34.068930-118.445127 1520023934.918963997\n");
}

// Made once, so that strangers cost those little who measure beside them.
std::string MakeReports() {
  std::string lines;
  for (int i = 0; i < kReportsAtOnce; ++i) lines += ReportOf(absl::StrCat("stranger-", i));
  return lines;
}
const std::string kReports = MakeReports();

sockaddr_in Loopback(std::uint8_t last) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f000100U | last);
  return address;
}

}  // namespace

Stranger::Stranger(Kind kind, int number, std::uint8_t from, const sockaddr_in* server,
                   client::Poller* poller)
    : kind_(kind), number_(number), from_(from), server_(server), poller_(poller) {}

void Stranger::TakeTurn(std::mt19937* random) {
  if (!connected()) return Connect();
  switch (kind_) {
    case Kind::kSilent:
      return;
    case Kind::kSlow:
      return Say("x");
    case Kind::kDeaf:
      return ReportWithoutEnd();
    case Kind::kResetting:
      ++reports_;
      return Say(std::string_view(kReports).substr(0, 50 * (kReports.size() / kReportsAtOnce)));
    case Kind::kRandom:
      return SayAnything(random);
    case Kind::kGiant:
      return Say(std::string(kGiantChunk, 'x'));
    case Kind::kMaker:
      return ReportNewClients();
  }
}

void Stranger::Connect() {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return;
  // The kernel chooses the port when it connects, so that there are as many as each needs.
  const int on = 1;
  setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in from = Loopback(from_);
  const auto* const own = reinterpret_cast<const sockaddr*>(&from);
  const auto* const server = reinterpret_cast<const sockaddr*>(server_);
  if (bind(socket_, own, sizeof from) != 0 ||
      (connect(socket_, server, sizeof *server_) != 0 && errno != EINPROGRESS)) {
    return Leave();
  }
  // A deaf one does not even want to know.
  if (kind_ != Kind::kDeaf) poller_->Watch(socket_, this, false);
  reports_ = 0;
}

void Stranger::Say(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR && errno != ENOTCONN) Leave();
      return;  // What has not been said is forgotten.
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Stranger::ReportWithoutEnd() {
  while (reports_ < kManyReports && connected()) {
    const ssize_t sent = send(socket_, kReports.data(), kReports.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR && errno != ENOTCONN) return Leave();
    if (sent < static_cast<ssize_t>(kReports.size())) return;
    reports_ += kReportsAtOnce;
  }
}

void Stranger::ReportNewClients() {
  std::string lines;
  for (int i = 0; i < 20; ++i) {
    lines += ReportOf(absl::StrCat("stranger-", number_, "-", reports_++));
  }
  Say(lines);
}

void Stranger::SayAnything(std::mt19937* random) {
  std::string bytes;
  while (bytes.size() < kChunk) bytes.push_back(static_cast<char>((*random)() & 0xff));
  Say(bytes);
}

void Stranger::OnReadable() {
  if (!connected()) return;
  if (kind_ == Kind::kResetting && reports_ > 0) return BreakOff();
  char replies[kGiantChunk];
  const ssize_t size = recv(socket_, replies, sizeof replies, 0);
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) Leave();
}

void Stranger::BreakOff() {
  const linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  Leave();
}

void Stranger::Leave() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
}

}  // namespace herd::hostile
