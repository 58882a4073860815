// The connection to one text neighbour's client port: AT lines to it, whatever it answers thrown
// away. Called again for ever when it ends. A neighbour that may speak Propagate is called only
// while there has been no link with it for a while.
//
// All but Describe belongs to the loop's thread; before that runs, to whoever made it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "frontend/net/event_loop.h"
#include "frontend/net/socket.h"
#include "frontend/session/text_feed.h"
#include "server/log/burst.h"
#include "server/state/nanos.h"

namespace herd::net {

struct TextNeighbor {
  // Its name in the configuration.
  std::string name;
  Address address{};
  std::uint16_t port = 0;
  // Both, as people write it.
  std::string shown;
  // There may be a link with it.
  bool may_be_linked = false;
};

// See TextNeighbor in operator.proto.
struct TextLinkStatus {
  std::string server;
  std::string address;
  bool up = false;
  Nanos since_epoch = 0;
  std::uint64_t connects = 0;
  std::string last_error;
  std::uint64_t sent_lines = 0;
  std::uint64_t lag = 0;
  std::uint64_t refused_lines = 0;
  bool linked = false;
};

class TextLink final : private EventLoop::Handler {
 public:
  // The store and the loop outlive the link.
  TextLink(const TextNeighbor& neighbor, const Store* store, EventLoop* loop);
  ~TextLink();

  // Once. Calls the neighbour, and again for ever.
  void Start();
  // There is a link with it, or is none any more.
  void SetLinked(bool linked);
  // The store may have something new.
  void Tell();
  // All there is has been given to the kernel, or cannot be, since there is no connection.
  bool has_told_all() const;

  // Any thread.
  const std::string& name() const { return neighbor_.name; }
  TextLinkStatus Describe() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  enum class State { kDown, kConnecting, kUp };

  void Call();
  void CallAfter(Nanos pause);
  void CloseIfStuck(std::uint64_t attempt);
  void OnEvents(EventLoop::Events events) override;
  void OnConnected();
  // What the neighbour says; false: the connection has ended.
  bool Listen();
  void Hear(std::string_view bytes);
  // In the next round.
  void GoOnTelling();
  // Sends what is pending; false: the kernel takes no more now, or the connection has ended.
  bool Send();
  // The connection, or the attempt to open one, has failed.
  void Fail(const std::string& why);
  void Close();
  void Watch();
  void Note() ABSL_LOCKS_EXCLUDED(mutex_);

  const TextNeighbor neighbor_;
  EventLoop* const loop_;
  TextFeed feed_;
  State state_ = State::kDown;
  bool linked_ = false;
  Descriptor socket_;
  std::uint64_t attempt_ = 0;
  Nanos pause_ = 0;      // before the next call
  std::string pending_;  // lines that the kernel has not taken
  Nanos taken_at_ = 0;   // when it last took some, or there were none
  Nanos connected_at_ = 0;
  bool watches_write_ = false;
  bool goes_on_ = false;       // GoOnTelling has been called
  bool at_line_start_ = true;  // of what it answers
  log::Burst refused_;

  mutable absl::Mutex mutex_;
  TextLinkStatus status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace herd::net
