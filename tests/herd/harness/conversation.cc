#include "tests/herd/harness/conversation.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"

namespace herd::test {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;

// One conversation under way.
class Speaker {
 public:
  explicit Speaker(Conversation* conversation)
      : conversation_(conversation), socket_(ConnectTo({conversation->host, conversation->port})) {
    EXPECT_GE(socket_, 0) << "cannot connect to " << conversation->host << ":" << conversation->port
                          << ": " << strerror(errno);
  }
  ~Speaker() {
    if (socket_ >= 0) close(socket_);
  }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

  bool done() const { return done_ || socket_ < 0; }

  pollfd Awaited() const {
    const int writable = half_closed_ ? 0 : POLLOUT;
    return {
        .fd = done() ? -1 : socket_, .events = static_cast<short>(POLLIN | writable), .revents = 0};
  }

  void OnEvents(short events, std::string* space) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) Read(space);
    if (!done_ && !half_closed_ && (events & POLLOUT) != 0) Write();
  }

 private:
  void Read(std::string* space) {
    const ssize_t size = recv(socket_, space->data(), space->size(), MSG_DONTWAIT);
    if (size > 0) {
      conversation_->output.append(*space, 0, static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EAGAIN) {
      conversation_->ended = size == 0 && half_closed_;
      done_ = true;
    }
  }

  void Write() {
    const std::string& input = conversation_->input;
    const std::size_t segment = SegmentEnd() - sent_;
    const ssize_t sent = send(socket_, &input[sent_], segment, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) sent_ += static_cast<std::size_t>(sent);
    if (sent_ != input.size()) return;
    shutdown(socket_, SHUT_WR);
    half_closed_ = true;
  }

  std::size_t SegmentEnd() const {
    const std::vector<std::size_t>& cuts = conversation_->cuts;
    const auto next = std::upper_bound(cuts.begin(), cuts.end(), sent_);
    return next == cuts.end() ? conversation_->input.size() : *next;
  }

  Conversation* const conversation_;
  const int socket_;
  std::size_t sent_ = 0;
  bool half_closed_ = false;
  bool done_ = false;
};

}  // namespace

void HaveAll(std::vector<Conversation>* conversations) {
  std::vector<std::unique_ptr<Speaker>> speakers;
  for (Conversation& conversation : *conversations) {
    speakers.push_back(std::make_unique<Speaker>(&conversation));
  }
  std::string space(kReadBytes, '\0');
  std::vector<pollfd> awaited(speakers.size());
  const auto done = [](const auto& speaker) { return speaker->done(); };
  while (!std::all_of(speakers.begin(), speakers.end(), done)) {
    std::transform(speakers.begin(), speakers.end(), awaited.begin(),
                   [](const auto& speaker) { return speaker->Awaited(); });
    if (poll(awaited.data(), awaited.size(), kPatienceMs) <= 0) break;
    for (std::size_t i = 0; i < speakers.size(); ++i) {
      if (awaited[i].revents != 0) speakers[i]->OnEvents(awaited[i].revents, &space);
    }
  }
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace herd::test
