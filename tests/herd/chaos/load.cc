#include "tests/herd/chaos/load.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/loopback.h"
#include "tests/herd/harness/text.h"

namespace herd::test {
namespace {

using std::chrono::steady_clock;

constexpr auto kReconnectPause = std::chrono::milliseconds(20);
constexpr int kTickMs = 1;
// What could not be reported for long is not made up for all at once.
constexpr std::uint64_t kMaxBehind = 100;

}  // namespace

Load::Load(Ledger* ledger, const Options& options)
    : ledger_(ledger), options_(options), begin_(steady_clock::now()), random_(options.seed) {
  for (const Door& door : options_.doors) {
    desks_.insert(desks_.end(), options_.connections_per_server, Desk{.door = &door});
  }
  thread_ = std::thread([this] { Run(); });
}

Load::~Load() { Stop(); }

void Load::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Load::Run() {
  std::optional<steady_clock::time_point> deadline;
  while (!deadline || steady_clock::now() < *deadline) {
    if (stopping_ && Finished()) break;
    if (stopping_ && !deadline) {
      deadline = steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    }
    if (!stopping_) {
      Connect();
      ReportWhatIsDue();
    }
    AwaitReplies();
  }
  for (Desk& desk : desks_) Close(&desk);
}

bool Load::Finished() const {
  return std::ranges::none_of(desks_, [](const Desk& desk) { return desk.under_way.has_value(); });
}

void Load::Connect() {
  const auto now = steady_clock::now();
  for (Desk& desk : desks_) {
    if (desk.socket >= 0 || now < desk.next_attempt) continue;
    desk.socket = ConnectTo(desk.door->endpoint);
    desk.next_attempt = now + kReconnectPause;
  }
}

void Load::ReportWhatIsDue() {
  const double seconds = std::chrono::duration<double>(steady_clock::now() - begin_).count();
  const auto due = static_cast<std::uint64_t>(seconds * options_.reports_per_second);
  std::vector<Desk*> idle;
  for (Desk& desk : desks_) {
    if (desk.socket >= 0 && !desk.under_way) idle.push_back(&desk);
  }
  std::ranges::shuffle(idle, random_);
  sent_ = std::max(sent_, due - std::min(due, kMaxBehind));
  for (; sent_ < due && !idle.empty(); ++sent_, idle.pop_back()) Send(idle.back());
}

void Load::Send(Desk* desk) {
  desk->under_way = ledger_->Next(static_cast<int>(random_() % ledger_->clients()));
  const std::string line = desk->under_way->Iamat() + "\n";
  const ssize_t sent = send(desk->socket, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != static_cast<ssize_t>(line.size())) Close(desk);
}

void Load::AwaitReplies() {
  std::vector<pollfd> awaited;
  for (const Desk& desk : desks_) {
    awaited.push_back({.fd = desk.socket, .events = POLLIN, .revents = 0});
  }
  poll(awaited.data(), awaited.size(), kTickMs);
  for (std::size_t i = 0; i < desks_.size(); ++i) {
    if (awaited[i].revents != 0) Read(&desks_[i]);
  }
}

void Load::Read(Desk* desk) {
  char bytes[4096];
  const ssize_t size = recv(desk->socket, bytes, sizeof(bytes), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) return Close(desk);
  desk->reply.append(bytes, static_cast<std::size_t>(size));
  if (desk->reply.back() == '\n') OnReply(desk);
}

void Load::OnReply(Desk* desk) {
  const std::string reply = std::exchange(desk->reply, {});
  const std::optional<Report> report = std::exchange(desk->under_way, std::nullopt);
  if (!report || !IsReplyTo(report->Iamat(), desk->door->server, reply)) {
    ++nonsense_;
    return;
  }
  ledger_->Acknowledge(*report, desk->door->server);
  ++acknowledged_;
}

void Load::Close(Desk* desk) {
  if (desk->socket >= 0) close(std::exchange(desk->socket, -1));
  desk->under_way.reset();
  desk->reply.clear();
}

}  // namespace herd::test
